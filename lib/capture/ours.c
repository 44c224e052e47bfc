#include "capture/ours.h"

bool ours_is_text(struct view name)
{
	size_t digits = 0, hex = 0;
	while (digits < name.n && ascii_is_digit(name.p[digits]))
		digits++;
	if (digits < 3 || digits == name.n || name.p[digits] != '_')
		return false;
	struct view rest = view_from(name, digits + 1);
	while (hex < rest.n && strchr("0123456789abcdef", rest.p[hex]))
		hex++;
	return hex == 16 && view_eq(view_from(rest, hex), VIEW(".txt"));
}

bool ours_is_closing(struct view path)
{
	static const struct view names[] = { VIEW("INDEX.md"), VIEW("manifest.jsonl"), VIEW("runs.jsonl"),
		VIEW("SHA256SUMS"), VIEW("index/") };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (view_eq(path, names[i]))
			return true;
	return view_starts(path, VIEW("index/")) && view_ends(path, VIEW(".md"));
}

bool ours_is_empty_index(struct view first)
{
	return view_starts(first, VIEW("# Index\n\nAn archive of clean text: 0 documents, 0 words.\n"));
}

bool ours_is_tag_file(struct view name)
{
	return view_eq(name, VIEW("bagit.txt")) || view_eq(name, VIEW("bag-info.txt")) ||
	       view_eq(name, VIEW("fetch.txt")) ||
	       ((view_starts(name, VIEW("manifest-")) || view_starts(name, VIEW("tagmanifest-"))) &&
		       view_ends(name, VIEW(".txt")));
}
