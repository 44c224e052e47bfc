/* Made by tests/quality/train_lines. */
// clang-format off
#include "extract/line_model.h"

const unsigned char line_model_data[] = {
0,
};
const size_t line_model_data_size = sizeof(line_model_data);
