// The tags of oneMKL.
#ifndef HEFFTE_BACKEND_ONEAPI_H
#define HEFFTE_BACKEND_ONEAPI_H

#include "heffte/backend_traits.h"

#endif
