// Boxes, worlds, and grids of processes.
#ifndef HEFFTE_GEOMETRY_H
#define HEFFTE_GEOMETRY_H

#include "heffte/box3d.h"
#include "heffte/process_grid.h"
#include "heffte/world.h"

#endif
