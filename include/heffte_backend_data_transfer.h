// Copies of arrays.
#ifndef HEFFTE_BACKEND_DATA_TRANSFER_H
#define HEFFTE_BACKEND_DATA_TRANSFER_H

#include "heffte/backend_traits.h"

#endif
