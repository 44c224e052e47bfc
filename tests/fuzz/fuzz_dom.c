/* The skeleton parse and the full parse of one page give the same node table.
 * The first byte chooses: even, the rest is the page; odd, each byte of the rest is a piece of markup. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../dom/dom_text.h"
#include "util/limits.h"
#include "util/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const pieces[] = { "x", " ", "\n", "&amp;", "&nbsp", "&#10;", "<p>", "</p>", "<div>", "</div>",
	"<div class=a>", "<span>", "</span>", "<a href=u>", "</a>", "<a>", "<b>", "</b>", "<b class=c>", "<i>", "</i>",
	"<em>", "</em>", "<font color=red>", "</font>", "<nobr>", "</nobr>", "<ul>", "</ul>", "<ol>", "</ol>", "<li>",
	"</li>", "<dl>", "</dl>", "<dt>", "</dt>", "<dd>", "</dd>", "<h1>", "</h1>", "<h2>", "</h2>", "<pre>", "</pre>",
	"<pre>\n", "<textarea>", "</textarea>", "<textarea>\n", "<title>", "</title>", "<script>", "</script>",
	"<script>1</script>", "<style>", "</style>", "<style>p{}</style>", "<!-- c -->", "<!x>", "</>", "<table>",
	"</table>", "<tbody>", "</tbody>", "<thead>", "</thead>", "<tr>", "</tr>", "<td>", "</td>", "<th>", "</th>",
	"<caption>", "</caption>", "<colgroup>", "</colgroup>", "<col>", "<form>", "</form>", "<button>", "</button>",
	"<input>", "<input type=hidden>", "<select>", "</select>", "<option>", "</option>", "<optgroup>", "</optgroup>",
	"<object>", "</object>", "<ruby>", "</ruby>", "<rt>", "</rt>", "<rp>", "</rp>", "<br>", "</br>", "<hr>",
	"<img src=i>", "<link rel=l>", "<meta name=m content=v>", "<base href=b>", "<html lang=en>", "</html>",
	"<head>", "</head>", "<body id=b>", "</body>", "<noscript>", "</noscript>", "<template>", "</template>",
	"<svg>", "</svg>", "<svg/>", "<path/>", "<g>", "</g>", "<math>", "</math>", "<mi>", "</mi>", "<iframe>",
	"</iframe>", "<main>", "</main>", "<section>", "</section>", "<article>", "</article>", "<custom-x>",
	"</custom-x>", "</custom-y>", "<picture>", "</picture>", "<source>", "<video>", "</video>", "<label>",
	"</label>", "<fieldset>", "</fieldset>", "<details>", "</details>", "<summary>", "</summary>",
	"<!doctype html>", "<address>", "</address>", "<center>", "</center>", "<small>", "</small>", "<code>",
	"</code>", "<frameset>", "<frame>", "<marquee>", "</marquee>", "<applet>", "</applet>", "<plaintext>", "<xmp>",
	"</xmp>", "<image>", "<isindex>", "<noframes>", "</noframes>", "<foreignobject>", "<desc>", "</desc>",
	"<dialog>", "</dialog>", "<p hidden hidden id=q>", "<p id=one ID=two>", "<br/>", "<div/>",
	"<a name=\"&lt;&notit;\">", "<p class='a\r\nb'>", "\r\n", "<", "<![CDATA[", "]]>", "<?pi?>", "\xC3\xA9",
	"&notin;", "<menu>", "</menu>", "<listing>", "</listing>", "<area>", "<param>", "<embed>", "<wbr>", "<slot>",
	"</slot>", "<svg><title>", "</path>", "<path>", "<image/>", "</desc>", "<font>", "<template><b>", "<svg><g>",
	"\x01", "\xC2\x85", "\xEF\xBF\xBF", "<basefont>", "<noembed>", "</noembed>", "</noframes>", "<bgsound>",
	"<keygen>", "<b a=1 b=2>", "<b b=2 a=1>", "<style><!--</style>", "<script><!--<script>", "--></script>",
	"<p\x01>", "<table><b>" };
enum { PIECES = sizeof(pieces) / sizeof(pieces[0]) };

static struct view page_of(const uint8_t *data, size_t size, struct buf *buf)
{
	if (data[0] % 2 == 0)
		return view_make((const char *)data + 1, size - 1);
	for (size_t i = 1; i < size; i++)
		buf_puts(buf, pieces[data[i] % PIECES]);
	return buf_view(buf);
}

static int parse(struct view html, bool full, struct page *page, struct buf *out)
{
	struct garner_options options = { .full_parse = full };
	int result = dom_text_parse(page, &options, html);
	if (result == 0)
		dom_text_write(page->dom, out);
	return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf markup = BUF_INIT(MIB(1)), a = BUF_INIT(MIB(64)), b = BUF_INIT(MIB(64));
	struct page skeleton, full;
	if (size < 2 || size > 4096)
		return 0;
	struct view html = page_of(data, size, &markup);
	if (utf8_is_valid(html) && !markup.err) {
		int one = parse(html, false, &skeleton, &a), two = parse(html, true, &full, &b);
		/* A page that one of them had to flatten or drop is not compared. */
		bool compare = one == 0 && two == 0 && !skeleton.dom->flattened && !full.dom->flattened;
		if (compare && !view_eq(buf_view(&a), buf_view(&b))) {
			fprintf(stderr, "%.*s\n---- skeleton\n%s---- full\n%s", (int)html.n, html.p, buf_str(&a),
				buf_str(&b));
			abort();
		}
		arena_free(&skeleton.arena);
		arena_free(&full.arena);
	}
	buf_free(&markup);
	buf_free(&a);
	buf_free(&b);
	return 0;
}
