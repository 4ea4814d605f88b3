// Errors of the library as exceptions.
#ifndef HEFFTE_ERRORS_H
#define HEFFTE_ERRORS_H

#include "heffte_abi.h"
#include "heffte/standard.h"

namespace heffte {
namespace detail {

//! Out of line, so that calls which go well stay small.
[[noreturn]] inline void throw_last_error(int code) {
    std::string const message = heffte_last_error();
    if (code == HEFFTE_ABI_INVALID_ARGUMENT)
        throw std::invalid_argument(message);
    throw std::runtime_error(message);
}

//! Throws where a function of the library says that something was wrong.
inline void check(int code) {
    if (code != HEFFTE_ABI_SUCCESS)
        throw_last_error(code);
}

//! Throws where a function of MPI says so.
inline void check_mpi(int code, char const *function) {
    if (code == MPI_SUCCESS)
        return;
    char text[MPI_MAX_ERROR_STRING + 1] = "";
    int length = 0;
    MPI_Error_string(code, text, &length);
    throw std::runtime_error(std::string("heffte: ") + function + " failed: " + text);
}

} // namespace detail
} // namespace heffte

#endif
