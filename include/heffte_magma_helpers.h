// A name that programs may include; what it stood for is inside the library.
#ifndef HEFFTE_MAGMA_HELPERS_H
#define HEFFTE_MAGMA_HELPERS_H

#include "heffte_common.h"

#endif
