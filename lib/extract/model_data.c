#include "extract/model.h"

const unsigned char model_data[] = { 0 };
const size_t model_data_size = sizeof(model_data);
