// A name that programs may include; what it stood for is inside the library.
#ifndef STOCK_FFT_HEFFTE_STOCK_ALGOS_H
#define STOCK_FFT_HEFFTE_STOCK_ALGOS_H

#include "heffte_common.h"

#endif
