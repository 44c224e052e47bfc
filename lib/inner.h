/* What the files behind garner.h share: the handle, and one run of it. */
#ifndef GARNER_INNER_H
#define GARNER_INNER_H

#include "pipeline.h"
#include "store/store.h"

struct garner {
	struct engine engine;
	struct error error;
	bool loaded;	       /* rules and model */
	bool few_jobs;	       /* nobody asked for a number of threads */
	struct error unusable; /* of garner_new: no run can begin */
	int64_t pinned;	       /* the caller's clock; 0: the time at which a call begins */
	struct garner_report report;
	uint64_t stage_ns[PIPELINE_TIMES_MAX];
	uint64_t began;
	atomic_bool stop;
	garner_progress_fn *progress;
	void *progress_user;
	uint64_t progress_at;
	garner_log_fn *log;
	void *log_user;
};

/* One run of the pipeline into a store, or to the caller alone. */
struct run {
	struct garner *garner;
	struct store *store; /* NULL: documents go to fn alone */
	garner_document_fn *fn;
	void *user;
	int fn_result;
	int jobs;		      /* 0: as the options say */
	struct hosts *hosts;	      /* pace of what is fetched; NULL: this run's own */
	uint64_t commits, seen;	      /* of the store: so many, so many when @durable was taken */
	struct garner_report durable; /* the counts at the last commit */
	atomic_bool pack_captures;    /* the last page was new: workers pack what the store will probably keep */
	/* Called before the store hears of a page, in the same transaction; may be NULL. */
	int (*settle)(void *user, const struct page *page, struct error *error);
	void *settle_user;
};

/* A call begins: no error yet, and the time of now. */
void garner_enter(struct garner *garner);
/* What a caller may not leave out, in the order of its arguments: -EINVAL with words when it is not @given. */
int garner_need(struct garner *garner, bool given, const char *name);
/* The same of a list of @count strings. */
int garner_need_list(struct garner *garner, const char *const *list, size_t count, const char *name);
/* A call that looks at garner_stop ends: the request was for it alone. Gives @result. */
int garner_leave(struct garner *garner, int result);
/* Rules and model; < 0 when they could not be loaded. */
int garner_load(struct garner *garner);
/* garner_enter, garner_load, and a new report. */
int garner_begin(struct garner *garner);
/* The run of @run ended as @result, and what its store has not committed is lost: then the report is of what stayed.
 * Gives
 * @result. */
int garner_run_end(struct garner *garner, struct run *run, int result);
/* Everything @reader gives; its fatal error, or what run->fn gave. */
int garner_run_reader(struct garner *garner, struct run *run, struct capture_reader *reader);
/* An input that could not be read: @page has its name, reason and words. */
int garner_run_refused(struct garner *garner, struct run *run, struct page *page);
/* The same for one page that is captured already. */
int garner_run_page(struct garner *garner, struct run *run, struct page *page);
/* With the option repeated: counts the lines of the plain texts of @inputs on top of the counts that @store keeps
 * (NULL: none), for the runs that follow. 0 or < 0. */
int garner_remember(struct garner *garner, const char *store, const char *const *inputs, size_t input_count);
/* With the option repeated: @store keeps the counts in use. 0 or < 0. */
int garner_keep_counts(struct garner *garner, const char *store);

#endif
