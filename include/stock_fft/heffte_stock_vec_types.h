// A name that programs may include; what it stood for is inside the library.
#ifndef STOCK_FFT_HEFFTE_STOCK_VEC_TYPES_H
#define STOCK_FFT_HEFFTE_STOCK_VEC_TYPES_H

#include "heffte_common.h"

#endif
