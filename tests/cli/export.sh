#!/bin/bash
# Exports are what the readers of other tools take: checked with Python's csv, json, zipfile, gzip and with sha256sum.
. "$(dirname "$0")/common.sh"
export SOURCE_DATE_EPOCH=1700000000
cd "$work" || exit 1
python3 - <<'PYTHON'
import gzip
pages = {
    "https://www.lehti.example/a?x=1": "<html lang=fi><head><title>Satama, \"uusi\" laituri &amp; lautta</title></head><body><article>"
        "<p>Sataman uusi laituri avattiin tiistaina, ja ensimmäinen lautta lähti heti aamulla kohti saaria.</p>"
        "<p>Matkustajia oli enemmän kuin kukaan oli odottanut, sanoi sataman johtaja, ja lisää on tulossa < kesällä.</p></article></body></html>",
    "https://journal.example/b": "<html lang=fr><head><title>Le marché du samedi</title></head><body><article>"
        "<p>Le marché du samedi reprend sur la grande place, après deux ans de travaux et beaucoup de patience.</p>"
        "<p>Les marchands, eux, promettent des prix raisonnables et des tomates qui ont enfin du goût.</p></article></body></html>",
}
with open("in.warc.gz", "wb") as out:
    for i, (url, html) in enumerate(pages.items()):
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + html.encode()
        head = ("WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-00000000000%d>\r\n"
                "WARC-Target-URI: %s\r\nWARC-Date: 2023-05-0%dT06:07:08Z\r\nContent-Type: application/http\r\nContent-Length: %d\r\n\r\n"
                % (i, url, i + 1, len(block)))
        out.write(gzip.compress(head.encode() + block + b"\r\n\r\n"))
PYTHON
gives 0 "$garner" ingest store in.warc.gz "$project/testdata/seeds"
gives 0 "$garner" export store
cp out jsonl
for format in csv wet vertical; do
	gives 0 "$garner" export --format $format store
	cp out $format
	gives 0 "$garner" export --format $format -o $format.file store
	same "$format to a file" $format $format.file
done
for fields in trafilatura dolma schema; do
	gives 0 "$garner" export --fields $fields store
	cp out $fields
done
for format in tar.zst wacz txt bagit; do
	gives 0 "$garner" export --format $format -o out.$format store
	gives 0 "$garner" export --format $format -o again.$format store
done
same "the same tar.zst twice" out.tar.zst again.tar.zst
same "the same WACZ twice" out.wacz again.wacz
gives 2 "$garner" export --format wacz store
says "needs a file"
gives 2 "$garner" export --format docx store
says "none of jsonl"
gives 2 "$garner" export --fields unheard store
says "trafilatura, dolma, schema"
gives 3 "$garner" export --format txt -o out.txt store
says "holds something"
for format in txt bagit; do
	gives 3 sh -c "ulimit -f 1; exec '$garner' export --format $format -o none/left out.tar.zst"
	says "none/left.new/.*: write: File too large"
	[ -z "$(ls none)" ] || fail "an export that failed left $(ls none)"
	mkdir none/there
	chmod 750 none/there
	gives 3 sh -c "ulimit -f 1; exec '$garner' export --format $format -o none/there out.tar.zst"
	[ -z "$(ls none/there)" ] || fail "an export that failed left $(ls none/there)"
	gives 0 "$garner" export --format $format -o none/there out.tar.zst
	same "$format into a folder that was there" out.$format/$(ls out.$format | tail -n 1) none/there/$(ls out.$format | tail -n 1)
	[ "$(stat -c %a none/there)" = 750 ] || fail "the folder's mode is another: $(stat -c %a none/there)"
	mkdir -p none/again.new/mine
	gives 3 "$garner" export --format $format -o none/again out.tar.zst
	says "again.new: holds something already, perhaps"
	[ -d none/again.new/mine ] || fail "a folder of somebody else is gone"
	rm -r none
done
gives 3 "$garner" export --format wacz -o none.wacz out.tar.zst
[ ! -e none.wacz ] && [ ! -e none.wacz.new ] || fail "a WACZ that failed was left behind"
mkdir un && tar --zstd -xf out.tar.zst -C un || fail "tar can't read out.tar.zst"
for proof in un/SHA256SUMS out.txt/SHA256SUMS out.bagit/manifest-sha256.txt out.bagit/tagmanifest-sha256.txt; do
	gives 0 sh -c "cd $(dirname $proof) && sha256sum -c $(basename $proof)"
done
[ "$(ls un | wc -l)" = 11 ] || fail "seven texts, an index, a manifest, a line of runs and sums were expected: $(ls un)"
# It is an archive as any other: every reading verb takes it, and what it gives is what the store has.
gives 0 "$garner" verify --data out.tar.zst
gives 0 "$garner" list store
mv out expected
gives 0 "$garner" list out.tar.zst
same "list of an exported archive" expected out
gives 0 "$garner" show --json out.tar.zst https://journal.example/b
prints "Le marché du samedi"
gives 0 "$garner" export --format csv out.tar.zst
same "csv of an exported archive" csv out
gives 0 "$garner" stats out.tar.zst
prints "^documents.7$"
gives 0 "$garner" export --format tar.zst --host journal.example -o some.tar.zst store
gives 0 "$garner" verify --data some.tar.zst
gives 0 "$garner" list some.tar.zst
[ "$(wc -l <out)" = 1 ] || fail "more than one document of a host"
gives 0 "$garner" export --format tar.zst --host nowhere.example -o none.tar.zst store
gives 0 "$garner" verify --data none.tar.zst
gives 0 "$garner" list none.tar.zst
[ ! -s out ] || fail "something of nothing is listed"
gives 0 python3 - <<'PYTHON'
import csv, gzip, hashlib, io, json, re, xml.etree.ElementTree as tree, zipfile
docs = [json.loads(line) for line in open("jsonl", encoding="utf-8")]
assert len(docs) == 7
rows = list(csv.DictReader(open("csv", newline="", encoding="utf-8")))
for doc, row in zip(docs, rows, strict=True):
    assert row["id"] == doc["id"] and row["text"] == doc["text"] and row["title"] == doc.get("title", ""), row
    member = open("out.txt/" + doc["path"], encoding="utf-8").read()
    assert member == (doc["title"] + "\n\n" if "title" in doc else "") + doc["text"] + "\n"
    assert hashlib.sha256(member.encode()).hexdigest() == doc["sha256"]
names = {name: [json.loads(line) for line in open(name, encoding="utf-8")] for name in ("trafilatura", "dolma", "schema")}
for doc, a, b, c in zip(docs, *names.values(), strict=True):
    assert a["text"] == b["text"] == c["articleBody"] == doc["text"]
    assert a.get("title") == b["metadata"].get("title") == c.get("headline") == doc.get("title")
    assert a.get("source") == b["metadata"].get("url") == c.get("url") == doc.get("url")
vertical = tree.fromstring("<all>" + open("vertical", encoding="utf-8").read() + "</all>")
assert [d.get("id") for d in vertical] == [d["id"] for d in docs]
assert vertical[0].get("title") == docs[0]["title"] and '"uusi"' in docs[0]["title"]
assert [p.text.strip() for p in vertical[0]][1:] == [l for l in docs[0]["text"].split("\n") if l]
wet = gzip.decompress(open("wet", "rb").read()).decode()
assert wet.count("WARC-Type: conversion\r\n") == 7 and wet.count("WARC-Type: warcinfo\r\n") == 1
assert "WARC-Refers-To: <urn:uuid:00000000-0000-4000-8000-000000000001>\r\n" in wet
assert "WARC-Date: 2023-05-02T06:07:08Z\r\n" in wet
wacz = zipfile.ZipFile("out.wacz")
assert wacz.testzip() is None
package = json.loads(wacz.read("datapackage.json"))
for resource in package["resources"]:
    data = wacz.read(resource["path"])
    assert resource["hash"] == "sha256:" + hashlib.sha256(data).hexdigest() and resource["bytes"] == len(data)
assert json.loads(wacz.read("datapackage-digest.json"))["hash"] == "sha256:" + hashlib.sha256(wacz.read("datapackage.json")).hexdigest()
pages = [json.loads(line) for line in wacz.read("pages/pages.jsonl").decode().splitlines()][1:]
assert [p["url"] for p in pages] == [d["url"] for d in docs[:2]] and pages[0]["ts"] == "2023-05-01T06:07:08Z"
index = wacz.read("indexes/index.cdx").decode().splitlines()
assert [line.split(" ")[:2] for line in index] == [["example,journal)/b", "20230502060708"], ["example,lehti)/a?x=1", "20230501060708"]]
archive = wacz.read("archive/data-000.warc.gz")
for line in index:
    entry = json.loads(line.split(" ", 2)[2])
    record = gzip.decompress(archive[int(entry["offset"]):int(entry["offset"]) + int(entry["length"])]).decode()
    assert "WARC-Type: response\r\n" in record and "WARC-Target-URI: %s\r\n" % entry["url"] in record
PYTHON
# Keys of addresses with a port: the scheme's own is left out, another one belongs to the host.
python3 - <<'PYTHON'
urls = ("http://www.port.example:8080/A?B=1", "https://port.example:443/b", "http://port.example:80", "http://[2001:db8::1]:81/c",
        "http://192.0.2.7:82/d")
with open("ports.warc", "wb") as out:
    for i, url in enumerate(urls):
        block = ("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<html lang=en><title>Ferry %d</title><article>"
                 "<p>The ferry number %d left the quay at seven, and its captain looked back at the lamps for a while.</p></article>"
                 % (i, i)).encode()
        out.write(("WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-00000000001%d>\r\n"
                   "WARC-Target-URI: %s\r\nWARC-Date: 2023-05-01T06:07:08Z\r\nContent-Type: application/http\r\n"
                   "Content-Length: %d\r\n\r\n" % (i, url, len(block))).encode() + block + b"\r\n\r\n")
PYTHON
gives 0 "$garner" ingest ports ports.warc
gives 0 "$garner" export --format wacz -o ports.wacz ports
gives 0 python3 - <<'PYTHON'
import zipfile
lines = zipfile.ZipFile("ports.wacz").read("indexes/index.cdx").decode().splitlines()
assert lines == sorted(lines)
keys = {line.split(" ")[0] for line in lines}
assert keys == {"example,port:8080)/a?b=1", "example,port)/b", "example,port)/", "[2001:db8::1]:81)/c", "7,2,0,192:82)/d"}, keys
PYTHON
# Our own lines are read back with their facts.
gives 0 "$garner" ingest back jsonl
gives 0 "$garner" export back
cp out back.jsonl
gives 0 python3 - <<'PYTHON'
import json
read = lambda name: [{key: d.get(key) for key in ("id", "url", "title", "published", "fetched", "text")} for d in map(json.loads, open(name))]
for a, b in zip(read("jsonl"), read("back.jsonl"), strict=True):
    if not a["url"]:
        del a["id"], b["id"]
    assert a == b, (a, b)
assert read("back.jsonl")[0]["fetched"] == "2023-05-01T06:07:08Z"
PYTHON
# A WET made of another's refers to the records of that one.
gives 0 "$garner" ingest chain wet.file
gives 0 "$garner" export --format wet -o chain.wet chain
gives 0 python3 - <<'PYTHON'
import gzip, re
read = lambda name: gzip.decompress(open(name, "rb").read()).decode()
ids = re.findall(r"Type: conversion\r\nWARC-Record-ID: (<[^>]+>)", read("wet.file"))
assert len(ids) == 7 and re.findall(r"WARC-Refers-To: (<[^>]+>)", read("chain.wet")) == ids
PYTHON
gives 0 "$garner" clean --format jsonl out.wacz
[ "$(wc -l <out)" = 2 ] || fail "our own WACZ is read back"
prints 'out.wacz/archive/data-000.warc.gz'
gives 0 "$garner" clean --format jsonl out.tar.zst
[ "$(wc -l <out)" = 7 ] || fail "our own tar.zst is read back"
finish
