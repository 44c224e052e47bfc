/* A file of members that stand alone: gzip members or zstd frames one after the other, or (plain) the whole file as
 * the one member. A broken member is told of and the next one is found, however far the damage goes. */
#ifndef GARNER_CAPTURE_MEMBERS_H
#define GARNER_CAPTURE_MEMBERS_H

#include "capture/stream.h"
#include "util/arena.h"
#include "util/error.h"

struct members;

/* Reads @raw (borrowed) from its place. @mark: how the plain bytes of every member begin; by it a member is known again
 * behind damage. 0 or -ENOMEM. */
int members_open(struct stream *raw, struct view mark, struct members **ret_members, struct error *error);

enum { MEMBERS_END = 1000 };
/* 0: the stream of the next member is ready; MEMBERS_END; a reason > 0: bytes from members_offset on belong to no
 * member, *ret_words says so, and the next call goes on behind them. A member whose size is foretold is undone in
 * @arena, where its bytes may stay. */
int members_next(struct members *members, struct arena *arena, const char **ret_words);
/* The stream's bytes, and one behind them, stand in the arena of members_next. */
bool members_is_lent(const struct members *members);
/* The arena is somebody else's from now on: what is left of the stream leaves it. */
void members_settle(struct members *members);
/* The plain bytes. It ends with the member; its reason tells of damage inside. */
struct stream *members_stream(struct members *members);
/* Where the member begins in @raw. */
int64_t members_offset(const struct members *members);
/* Its bytes in @raw; -1 while its end has not been seen, and for plain files. */
int64_t members_length(const struct members *members);
/* At the end of the member at hand: the next one does not begin with the mark, so its bytes go on behind those of this
 * one, in the same stream, with the same offset. False, and nothing is changed, where there is none like that. */
bool members_go_on(struct members *members);
bool members_is_plain(const struct members *members);
struct members *members_close(struct members *members);

#endif
