"""Documents made up for the tests of the store: several scripts, from a seed, the same on every machine."""
import json
import random

WORDS = {
    "en": "harbour ferry council budget winter repair bridge school teacher river market engine vote north "
          "station signal garden report minister hospital union strike weather forecast railway museum".split(),
    "de": "Hafen Fähre Gemeinderat Haushalt Winter Brücke Schule Lehrerin Fluss Markt Abstimmung Norden "
          "Bahnhof Garten Bericht Krankenhaus Gewerkschaft Streik Wetter Vorhersage Museum größer über".split(),
    "ru": "порт паром совет бюджет зима ремонт мост школа учитель река рынок голосование север станция сад "
          "отчёт больница союз погода прогноз музей".split(),
    "el": "λιμάνι πλοίο συμβούλιο χειμώνας γέφυρα σχολείο ποτάμι αγορά ψήφος βορράς σταθμός κήπος έκθεση "
          "νοσοκομείο καιρός πρόγνωση μουσείο".split(),
    "ar": "ميناء مجلس ميزانية شتاء جسر مدرسة نهر سوق تصويت شمال محطة حديقة تقرير مستشفى طقس متحف".split(),
}


def text(rng, words, paragraphs=3):
    language = rng.choice(sorted(WORDS))
    out = []
    left = words
    for i in range(paragraphs):
        n = max(8, left // (paragraphs - i))
        left -= n
        sentence = [rng.choice(WORDS[language]) + (str(rng.randrange(1000)) if rng.random() < .2 else "")
                    for _ in range(n)]
        for k in range(0, n, 12):
            sentence[min(k + 11, n - 1)] += "."
        out.append(" ".join(sentence))
    return "\n\n".join(out)


def write_jsonl(path, seed, first, count, words=120, revise=0.0, base_seed=None):
    """Lines {"url", "title", "text"}; with @revise some URLs get another text than with the base seed."""
    with open(path, "w", encoding="utf-8") as out:
        for i in range(first, first + count):
            rng = random.Random("%s-%d" % (base_seed or seed, i))
            if base_seed is not None and random.Random("%s-r-%d" % (seed, i)).random() < revise:
                rng = random.Random("%s-%d" % (seed, i))
            size = max(20, int(rng.lognormvariate(0, .7) * words))
            line = {"url": "https://paper%d.example/%d/story-%d" % (i % 37, 2000 + i % 25, i),
                    "title": "Story %d %s" % (i, rng.choice(WORDS["en"])),
                    "text": text(rng, size)}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


NOTES = 4  # lines "House note K." that each page has


def plain(line):
    """The story as plain text, with lines that a rule can cut."""
    paragraphs = line["text"].split("\n\n")
    notes = ["House note %d." % k for k in range(NOTES)]
    return "\n\n".join([line["title"], *paragraphs[:1], *notes, *paragraphs[1:]]).encode() + b"\n"


def html(line):
    body = "".join("<p>%s</p>" % p for p in line["text"].split("\n\n"))
    return ("<html lang=en><head><title>%s</title></head><body><nav><a href=/>Home</a></nav><article><h1>%s</h1>%s"
            "</article></body></html>" % (line["title"], line["title"], body)).encode()


def write_warc(path, lines_path):
    """The pages of write_jsonl's lines as responses, every second one as plain text."""
    with open(lines_path, encoding="utf-8") as lines, open(path, "wb") as out:
        for i, line in enumerate(map(json.loads, lines)):
            kind, content = (b"plain", plain(line)) if i % 2 else (b"html", html(line))
            body = b"HTTP/1.1 200 OK\r\nContent-Type: text/%s; charset=utf-8\r\n\r\n" % kind + content
            head = ("WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-%012d>\r\n"
                    "WARC-Date: 2024-05-01T10:00:00Z\r\nWARC-Target-URI: %s\r\n"
                    "Content-Type: application/http; msgtype=response\r\nContent-Length: %d\r\n\r\n" % (
                        i, line["url"], len(body)))
            out.write(head.encode() + body + b"\r\n\r\n")


def write_rules(folder):
    """One rule file for each note; cutting it gives every plain page another text."""
    paths = []
    for k in range(NOTES):
        paths.append("%s/note%d.rules" % (folder, k))
        with open(paths[-1], "w") as out:
            out.write("rule house.note-%d\nline House note %d.\n" % (k, k))
    return paths
