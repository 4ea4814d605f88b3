// A name that programs may include; what it stood for is inside the library.
#ifndef STOCK_FFT_HEFFTE_STOCK_TREE_H
#define STOCK_FFT_HEFFTE_STOCK_TREE_H

#include "heffte_common.h"

#endif
