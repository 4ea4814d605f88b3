// Enumerations, backends, and types of elements.
#ifndef HEFFTE_COMMON_H
#define HEFFTE_COMMON_H

#include "heffte/backend_tags.h"
#include "heffte/backend_traits.h"
#include "heffte/element_types.h"
#include "heffte/enums.h"

#endif
