// The headers that programs may count on once they include heFFTe's.
#ifndef HEFFTE_STANDARD_H
#define HEFFTE_STANDARD_H

#include <algorithm>
#include <array>
#include <cassert>
#include <complex>
#include <cstddef>
#include <deque>
#include <fstream>
#include <functional>
#include <iomanip>
#include <iostream>
#include <limits>
#include <memory>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <mpi.h>

#include "heffte_config.h"

#endif
