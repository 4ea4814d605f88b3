// Containers of arrays.
#ifndef HEFFTE_BACKEND_VECTOR_H
#define HEFFTE_BACKEND_VECTOR_H

#include "heffte/backend_traits.h"

#endif
