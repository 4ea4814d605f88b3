// A name that programs may include; what it stood for is inside the library.
#ifndef HEFFTE_PACK3D_H
#define HEFFTE_PACK3D_H

#include "heffte_geometry.h"

#endif
