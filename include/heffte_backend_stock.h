// The stock backend, which is in every build.
#ifndef HEFFTE_BACKEND_STOCK_H
#define HEFFTE_BACKEND_STOCK_H

#include "heffte/backend_traits.h"

#endif
