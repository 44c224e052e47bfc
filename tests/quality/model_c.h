/* A model as C source: constant data, nothing to be built when a program starts. */
#ifndef QUALITY_MODEL_C_H
#define QUALITY_MODEL_C_H

#include "extract/model.h"

/* 0, or -1 with words on stderr. */
int model_write_c(const char *path, const struct model *model);

#endif
