// All parts in one: compilers spend most of their time on the headers of C++.
#include "calls.cpp"
#include "compiler.cpp"
#include "devices.cpp"
#include "fft.cpp"
#include "memory.cpp"
#include "modules.cpp"
#include "streams.cpp"
