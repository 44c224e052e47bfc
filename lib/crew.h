/* Threads of a run, each of which takes whatever role is open. */
#ifndef GARNER_CREW_H
#define GARNER_CREW_H

#include "pipeline.h"

/* As pipeline_run, with pipeline->jobs threads, of which the calling one is the first. */
int crew_run(const struct pipeline *pipeline, struct capture_reader *reader, struct error *error);

#endif
