// What FFTW's planner has measured, in files. heFFTe has no such functions.
#ifndef HEFFTE_FFTW_WISDOM_H
#define HEFFTE_FFTW_WISDOM_H

#include "heffte/errors.h"

namespace heffte {

//! Reads what fftw_export_wisdom() or FFTW's own programs wrote: `path` for double precision, and the same with an f at its end for single.
/*!
 * Throws std::runtime_error where FFTW cannot be had, neither file is there, or one is garbage or of another FFTW; what was known stays.
 * Not collective.
 */
inline void fftw_import_wisdom(std::string const &path) { detail::check(heffte_abi_fftw_import_wisdom(path.c_str())); }

//! Writes what FFTW's planner has measured in this process, or has read. Let one rank do it.
/*! Throws std::runtime_error where FFTW cannot be had, or a file cannot be written. Not collective. */
inline void fftw_export_wisdom(std::string const &path) { detail::check(heffte_abi_fftw_export_wisdom(path.c_str())); }

} // namespace heffte

#endif
