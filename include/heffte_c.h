/*
 * The C interface of heFFTe: distributed fast Fourier transforms.
 *
 * This file is generated from rust/heffte-c; change the sources there and run `cargo xtask header`.
 */
#ifdef __cplusplus
#error "heffte_c.h is the C interface: include it from C, and heffte.h from C++"
#endif

#ifndef HEFFTE_C_H
#define HEFFTE_C_H

#include <mpi.h>
#include <stddef.h>
#include "heffte_c_defines.h"

/**
 * The choices of a plan that change how a result is computed, never what it is.
 * heffte_set_default_options() fills it.
 */
typedef struct {
  /**
   * Nonzero to make lines contiguous before they are transformed; accepted, and without effect here.
   */
  int use_reorder;
  /**
   * How data travels: Heffte_RESHAPE_ALGORITHM_ALLTOALLV, _P2P_PLINED, _P2P or _ALLTOALL.
   */
  int algorithm;
  /**
   * Nonzero to transform one axis at a time, zero to transform whole planes where the boxes allow it.
   */
  int use_pencils;
  /**
   * Nonzero to hand device memory to MPI where it can take it; without effect on the CPU.
   */
  int use_gpu_aware;
} heffte_plan_options;

/**
 * A plan. Programs may read the first two members; what the third points to is private.
 */
typedef struct {
  /**
   * The backend: one of Heffte_BACKEND_STOCK and its siblings.
   */
  int backend_type;
  /**
   * Nonzero for a plan of real data, whose spectrum is half stored.
   */
  int using_r2c;
  /**
   * The plan itself.
   */
  void *fft;
} heffte_fft_plan;

/**
 * Handle of a plan; made by heffte_plan_create() and its kin, freed by heffte_plan_destroy().
 */
typedef heffte_fft_plan *heffte_plan;

/**
 * Why the last call of this thread failed: one line that names the function, the rank, the argument, the values and
 * the remedy; "" where that call did what it was asked to. Any other heffte_ function of this thread ends the life of
 * the text. Never NULL. Not collective.
 */
const char *heffte_last_error(void);

/**
 * Sets all four members of `options` to the defaults of `backend`: use_reorder 1 (0 for MKL and cuFFT), algorithm
 * Heffte_RESHAPE_ALGORITHM_ALLTOALLV, use_pencils 1, use_gpu_aware 1.
 *
 * Returns Heffte_SUCCESS; 1 where the backend is unknown or not in this build; 2 where `options` is NULL. After an
 * error `options` is as it was. Not collective.
 *
 * Requires: `options` is NULL or points to a struct that may be written.
 */
int heffte_set_default_options(int backend, heffte_plan_options *options);

/**
 * Makes a plan for transforms of complex data, or of real data with a full spectrum. Collective over `comm`.
 *
 * `inbox_low` and `inbox_high` are the first and the last (inclusive) point of this rank's part of the input, an
 * index in each of the dimensions 0, 1 and 2; where a last index is below the first, the box is empty. `inbox_order`
 * names the dimensions from the fastest-varying in memory to the slowest, each once; NULL stands for {0, 1, 2}.
 * `outbox_low`, `outbox_high` and `outbox_order` say the same of the output of a forward transform. The inboxes of
 * all ranks are disjoint and fill a world that begins at {0, 0, 0}; the outboxes do so in their own way.
 *
 * `backend` Heffte_BACKEND_AUTO, which heFFTe does not have, stands for that of the others which should be the fastest;
 * heffte_get_backend() tells which that is. `options` NULL stands for the defaults of `backend`. Backend and options are the same on all ranks. The plan works
 * on a duplicate of `comm`, which may be freed at once.
 *
 * With Heffte_BACKEND_CUFFT or Heffte_BACKEND_ROCFFT the plan works on the device that is this thread's now, and its transforms take arrays
 * and workspaces in that memory. Where they return, their work is queued in the plan's stream (heffte_set_stream()), and may be under way
 * until heffte_synchronize() or the vendor's own functions waited for it.
 *
 * Returns Heffte_SUCCESS; 1 where the backend is unknown, not in this build, or cannot be loaded; 2 for anything else. What is wrong on
 * one rank is an error on all: each has the same code, the same heffte_last_error(), and NULL in `*plan`. Only a
 * communicator that cannot be used is an error of its rank alone, and the others wait for it.
 *
 * Requires: Corners and orders are NULL or three integers, and a NULL corner or `plan` is an error. `comm` is a
 * handle of the MPI that this library is linked with.
 */
int heffte_plan_create(int backend,
                       const int inbox_low[3],
                       const int inbox_high[3],
                       const int *inbox_order,
                       const int outbox_low[3],
                       const int outbox_high[3],
                       const int *outbox_order,
                       MPI_Comm comm,
                       const heffte_plan_options *options,
                       heffte_plan *plan);

/**
 * Makes a plan for transforms of real data, whose spectrum is symmetric: of its n points along `r2c_direction` (0, 1
 * or 2) the first n / 2 + 1 are stored, and the outboxes fill that shorter world. Collective over `comm`.
 *
 * All else is as for heffte_plan_create().
 */
int heffte_plan_create_r2c(int backend,
                           const int inbox_low[3],
                           const int inbox_high[3],
                           const int *inbox_order,
                           const int outbox_low[3],
                           const int outbox_high[3],
                           const int *outbox_order,
                           int r2c_direction,
                           MPI_Comm comm,
                           const heffte_plan_options *options,
                           heffte_plan *plan);

/**
 * Makes a plan with a kind of transform for each of the dimensions 0, 1 and 2. Collective over `comm`.
 *
 * `kinds` are Heffte_AXIS_IDENTITY, Heffte_AXIS_C2C, Heffte_AXIS_R2C (at most one), Heffte_AXIS_COS, Heffte_AXIS_SIN,
 * Heffte_AXIS_COS1 (of at least two points) or Heffte_AXIS_SIN1, in any mix, the same on all ranks.
 *
 * Without a Fourier axis (C2C or R2C) the plan goes from any type to the same: heffte_forward_s2s(), heffte_forward_d2d(),
 * and heffte_forward_c2c() and heffte_forward_z2z(), which transform the parts of complex numbers for themselves. With an
 * R2C axis it goes from real to complex as plans of heffte_plan_create_r2c() do, and the outboxes fill the world that is
 * shorter there. Else it goes as those of heffte_plan_create().
 *
 * A backward cosine or sine transform is the inverse times 2 n, 2 (n - 1) for COS1, or 2 (n + 1) for SIN1; the full scale
 * divides by the product of these and of the points of Fourier axes. All else is as for heffte_plan_create().
 */
int heffte_plan_create_axes(int backend,
                            const int inbox_low[3],
                            const int inbox_high[3],
                            const int *inbox_order,
                            const int outbox_low[3],
                            const int outbox_high[3],
                            const int *outbox_order,
                            const int kinds[3],
                            MPI_Comm comm,
                            const heffte_plan_options *options,
                            heffte_plan *plan);

/**
 * Frees `plan`. NULL is nothing to free.
 *
 * Returns Heffte_SUCCESS; 3 where `plan` holds no transform or a backend that does not exist, and nothing is freed.
 * Every rank frees its own, in the same order of plans; after MPI_Finalize it may still be done.
 *
 * Requires: `plan` is NULL, or was made by this library and not freed before.
 */
int heffte_plan_destroy(heffte_plan plan);

/**
 * Elements of this rank's inbox: real ones for an r2c plan. Returns -1 for a NULL plan, and where the number does not
 * fit an int (heffte_last_error() has it). Not collective.
 *
 * Requires: `plan` is NULL, or was made by this library and not freed.
 */
int heffte_size_inbox(heffte_plan plan);

/**
 * Elements of this rank's outbox: complex ones, where the plan has a Fourier axis. Returns -1 where heffte_size_inbox()
 * would. Not collective.
 */
int heffte_size_outbox(heffte_plan plan);

/**
 * Elements that a workspace must have on this rank: complex ones, float or double as the transform's, but real ones for
 * transforms from real to real. It stays the same while the plan lives. Returns -1 where heffte_size_inbox() would. Not collective.
 */
int heffte_size_workspace(heffte_plan plan);

/**
 * The backend of the plan, such as Heffte_BACKEND_STOCK; -1 for a NULL plan. Not collective.
 */
int heffte_get_backend(heffte_plan plan);

/**
 * 1 for a plan of heffte_plan_create_r2c(), 0 for one of heffte_plan_create(), -1 for a NULL plan. Not collective.
 */
int heffte_is_r2c(heffte_plan plan);

/**
 * Forward transform of float to complex float, on c2c and r2c plans. Collective over the plan's communicator.
 *
 * `input` has heffte_size_inbox() elements and is only read, `output` has heffte_size_outbox(); either may be NULL
 * where its box is empty. A c2c plan makes the full spectrum, an r2c plan the stored part of it. `scale` is
 * Heffte_SCALE_NONE, Heffte_SCALE_FULL (divide by the points of the real-space world) or Heffte_SCALE_SYMMETRIC
 * (divide by the square root of that); any other value means none. It is the same on all ranks.
 *
 * Where an argument is wrong on any rank, no rank transforms anything and every `output` is as it was; all ranks have
 * the same heffte_last_error(), and one of them writes it to standard error. Only a NULL `plan` is an error of its
 * rank alone, and the others wait for it.
 *
 * Requires: `plan` is NULL, or was made by this library and not freed; the arrays have as many elements as said.
 */
void heffte_forward_s2c(heffte_plan plan, const float *input, void *output, int scale);

/**
 * heffte_forward_s2c() with `workspace`, which has heffte_size_workspace() elements of complex float and overlaps
 * neither array; NULL stands for one that the plan keeps.
 */
void heffte_forward_s2c_buffered(heffte_plan plan, const float *input, void *output, void *workspace, int scale);

/**
 * Forward transform of complex float to complex float, on plans without an r2c axis only.
 * `input` may be `output`, where that has room for both boxes. All else is as for heffte_forward_s2c().
 */
void heffte_forward_c2c(heffte_plan plan, const void *input, void *output, int scale);

/**
 * heffte_forward_c2c() with `workspace`, which has heffte_size_workspace() elements of complex float and overlaps
 * neither array; NULL stands for one that the plan keeps.
 */
void heffte_forward_c2c_buffered(heffte_plan plan, const void *input, void *output, void *workspace, int scale);

/**
 * Forward transform of double to complex double, on c2c and r2c plans. All else is as for heffte_forward_s2c().
 */
void heffte_forward_d2z(heffte_plan plan, const double *input, void *output, int scale);

/**
 * heffte_forward_d2z() with `workspace`, which has heffte_size_workspace() elements of complex double and overlaps
 * neither array; NULL stands for one that the plan keeps.
 */
void heffte_forward_d2z_buffered(heffte_plan plan, const double *input, void *output, void *workspace, int scale);

/**
 * Forward transform of complex double to complex double, on plans without an r2c axis only.
 * `input` may be `output`, where that has room for both boxes. All else is as for heffte_forward_s2c().
 */
void heffte_forward_z2z(heffte_plan plan, const void *input, void *output, int scale);

/**
 * heffte_forward_z2z() with `workspace`, which has heffte_size_workspace() elements of complex double and overlaps
 * neither array; NULL stands for one that the plan keeps.
 */
void heffte_forward_z2z_buffered(heffte_plan plan, const void *input, void *output, void *workspace, int scale);

/**
 * Backward transform of complex float to float, on c2c and r2c plans. Collective over the plan's communicator.
 *
 * The reverse of heffte_forward_s2c(): `input` has heffte_size_outbox() elements and is only read, `output` has
 * heffte_size_inbox(). On a c2c plan the imaginary part of the result is dropped. Scale and errors are as there.
 */
void heffte_backward_c2s(heffte_plan plan, const void *input, float *output, int scale);

/**
 * heffte_backward_c2s() with `workspace`, which has heffte_size_workspace() elements of complex float and overlaps
 * neither array; NULL stands for one that the plan keeps.
 */
void heffte_backward_c2s_buffered(heffte_plan plan, const void *input, float *output, void *workspace, int scale);

/**
 * Backward transform of complex float to complex float, on plans without an r2c axis only.
 * `input` may be `output`, where that has room for both boxes. All else is as for heffte_backward_c2s().
 */
void heffte_backward_c2c(heffte_plan plan, const void *input, void *output, int scale);

/**
 * heffte_backward_c2c() with `workspace`, which has heffte_size_workspace() elements of complex float and overlaps
 * neither array; NULL stands for one that the plan keeps.
 */
void heffte_backward_c2c_buffered(heffte_plan plan, const void *input, void *output, void *workspace, int scale);

/**
 * Backward transform of complex double to double, on c2c and r2c plans. All else is as for heffte_backward_c2s().
 */
void heffte_backward_z2d(heffte_plan plan, const void *input, double *output, int scale);

/**
 * heffte_backward_z2d() with `workspace`, which has heffte_size_workspace() elements of complex double and overlaps
 * neither array; NULL stands for one that the plan keeps.
 */
void heffte_backward_z2d_buffered(heffte_plan plan, const void *input, double *output, void *workspace, int scale);

/**
 * Backward transform of complex double to complex double, on plans without an r2c axis only.
 * `input` may be `output`, where that has room for both boxes. All else is as for heffte_backward_c2s().
 */
void heffte_backward_z2z(heffte_plan plan, const void *input, void *output, int scale);

/**
 * heffte_backward_z2z() with `workspace`, which has heffte_size_workspace() elements of complex double and overlaps
 * neither array; NULL stands for one that the plan keeps.
 */
void heffte_backward_z2z_buffered(heffte_plan plan, const void *input, void *output, void *workspace, int scale);

/**
 * Forward transform of float to float, on plans without a Fourier axis only (heffte_plan_create_axes()). Collective over
 * the plan's communicator.
 *
 * `input` has heffte_size_inbox() elements, `output` heffte_size_outbox(); either may be NULL where its box is empty, and
 * `input` may be `output`, where that has room for both boxes. Scale and errors are as for heffte_forward_s2c().
 */
void heffte_forward_s2s(heffte_plan plan,
                        const float *input,
                        float *output,
                        int scale);

/**
 * heffte_forward_s2s() with `workspace`, which has heffte_size_workspace() elements of float and overlaps neither array;
 * NULL stands for one that the plan keeps.
 */
void heffte_forward_s2s_buffered(heffte_plan plan,
                                 const float *input,
                                 float *output,
                                 void *workspace,
                                 int scale);

/**
 * Forward transform of double to double. All else is as for heffte_forward_s2s().
 */
void heffte_forward_d2d(heffte_plan plan, const double *input, double *output, int scale);

/**
 * heffte_forward_d2d() with `workspace`, which has heffte_size_workspace() elements of double and overlaps neither array;
 * NULL stands for one that the plan keeps.
 */
void heffte_forward_d2d_buffered(heffte_plan plan,
                                 const double *input,
                                 double *output,
                                 void *workspace,
                                 int scale);

/**
 * Backward transform of float to float, the reverse of heffte_forward_s2s(): `input` has heffte_size_outbox() elements,
 * `output` heffte_size_inbox(). All else is as there.
 */
void heffte_backward_s2s(heffte_plan plan, const float *input, float *output, int scale);

/**
 * heffte_backward_s2s() with `workspace`, which has heffte_size_workspace() elements of float and overlaps neither array;
 * NULL stands for one that the plan keeps.
 */
void heffte_backward_s2s_buffered(heffte_plan plan,
                                  const float *input,
                                  float *output,
                                  void *workspace,
                                  int scale);

/**
 * Backward transform of double to double. All else is as for heffte_backward_s2s().
 */
void heffte_backward_d2d(heffte_plan plan, const double *input, double *output, int scale);

/**
 * heffte_backward_d2d() with `workspace`, which has heffte_size_workspace() elements of double and overlaps neither array;
 * NULL stands for one that the plan keeps.
 */
void heffte_backward_d2d_buffered(heffte_plan plan,
                                  const double *input,
                                  double *output,
                                  void *workspace,
                                  int scale);

/**
 * Queues the transforms of `plan` from now on in `stream`: a cudaStream_t or hipStream_t of the plan's device; NULL, which a new plan
 * has, is the default stream. A transform returns when its work is queued: heffte_synchronize() waits for the result. heFFTe has no such
 * function.
 *
 * Returns Heffte_SUCCESS; 2 where `plan` is NULL, or transforms host memory, which has no streams but NULL. Not collective.
 *
 * Requires: `plan` is NULL, or was made by this library and not freed. The stream lives while transforms use it.
 */
int heffte_set_stream(heffte_plan plan,
                      void *stream);

/**
 * Waits until all that the plan's stream holds is done, such as transforms; a plan in host memory has nothing to wait for. heFFTe has no
 * such function.
 *
 * Returns Heffte_SUCCESS; 1 where the device fails; 2 where `plan` is NULL. Not collective.
 *
 * Requires: `plan` is NULL, or was made by this library and not freed.
 */
int heffte_synchronize(heffte_plan plan);

/**
 * Writes how many devices `backend`, Heffte_BACKEND_CUFFT or Heffte_BACKEND_ROCFFT, has in this process to `*count`.
 *
 * Returns Heffte_SUCCESS; 1 where the backend is unknown, not in this build, or lacks a library or any device, as
 * heffte_last_error() says; 2 where it works in host memory, or `count` is NULL. Not collective. heFFTe has no such function.
 *
 * Requires: `count` is NULL or may be written.
 */
int heffte_device_count(int backend,
                        int *count);

/**
 * Makes `device`, a number from 0, that of this thread, as cudaSetDevice() and hipSetDevice() do: plans and memory are made there from
 * now on.
 *
 * Returns as heffte_device_count() does; 2 where there is no such device. Not collective. heFFTe has no such function.
 */
int heffte_device_set(int backend,
                      int device);

/**
 * Allocates `bytes` bytes on this thread's device, as cudaMalloc() and hipMalloc() do, and writes their address to `*memory`: NULL where
 * none are asked for, and after an error.
 *
 * Returns as heffte_device_count() does; 2 where there is not so much memory. Not collective. heFFTe has no such function.
 *
 * Requires: `memory` is NULL or may be written.
 */
int heffte_device_allocate(int backend,
                           size_t bytes,
                           void **memory);

/**
 * Frees what heffte_device_allocate(), cudaMalloc() or hipMalloc() allocated. NULL is nothing to free.
 *
 * Returns as heffte_device_count() does; 2 where `memory` is no device's. Not collective. heFFTe has no such function.
 *
 * Requires: `memory` is not used any more.
 */
int heffte_device_free(int backend, void *memory);

/**
 * Copies `bytes` bytes from `host` to `device`, memory of a device, in the default stream, and waits for that.
 *
 * Returns as heffte_device_count() does; 2 where `device` is no device's memory. Not collective. heFFTe has no such function.
 *
 * Requires: Both hold so many bytes.
 */
int heffte_copy_to_device(int backend,
                          void *device,
                          const void *host,
                          size_t bytes);

/**
 * Copies `bytes` bytes from `device`, memory of a device, to `host` in the default stream, and waits for that. Work in a stream that does
 * not wait for the default one is waited for by heffte_synchronize() before.
 *
 * Returns as heffte_copy_to_device() does. Not collective. heFFTe has no such function.
 *
 * Requires: Both hold so many bytes.
 */
int heffte_copy_to_host(int backend,
                        void *host,
                        const void *device,
                        size_t bytes);

/**
 * Sets what FFTW spends on planning lines in plans that this process makes from now on: Heffte_EFFORT_ESTIMATE (the default),
 * Heffte_EFFORT_MEASURE (seconds when lines of a length are first transformed) or Heffte_EFFORT_PATIENT (minutes). Without this
 * call, the environment's HEFFTE_FFTW_PLANNER says so. Other backends take no notice.
 *
 * Returns Heffte_SUCCESS; 2 where there is no such effort. Not collective; ranks may differ. heFFTe has no such function.
 */
int heffte_set_planning_effort(int effort);

/**
 * Reads what FFTW's planner has measured from files that heffte_fftw_export_wisdom() or FFTW's own programs wrote: `path` for double
 * precision, and the same with an f at its end for single. One that is not there counts for an empty one, where the other is.
 *
 * Returns Heffte_SUCCESS; 1 where FFTW is not in this build or cannot be loaded; 2 where `path` is NULL, neither file is there, or one
 * is garbage or of another FFTW, and what was known stays. Not collective. heFFTe has no such function.
 *
 * Requires: `path` is NULL or ends with a NUL.
 */
int heffte_fftw_import_wisdom(const char *path);

/**
 * Writes what FFTW's planner has measured in this process, or has read: double precision to `path`, single to the same with an f at
 * its end. Let one rank do it.
 *
 * Returns Heffte_SUCCESS; 1 where FFTW is not in this build or cannot be loaded; 2 where `path` is NULL or cannot be written. Not
 * collective. heFFTe has no such function.
 *
 * Requires: `path` is NULL or ends with a NUL.
 */
int heffte_fftw_export_wisdom(const char *path);

/**
 * Begins to record what this library does when, and what the program marks. heffte_trace_stop() then writes, for each rank,
 * `<root>_<rank in MPI_COMM_WORLD>.log`, a line for each event; for all together `<root>.json`, which Chrome's and Perfetto's
 * viewers open, and `<root>.txt`, a table of all events. What was recorded before and not written is dropped.
 *
 * Where the environment has HEFFTE_TRACE, which traces the whole run, nothing happens.
 *
 * Collective over `comm`. Returns Heffte_SUCCESS; 2 where `root` is NULL, any rank cannot write its files, or `comm` cannot be
 * used: on all ranks.
 *
 * Requires: `root` is NULL or ends with a NUL. `comm` is a handle of the MPI that this library is linked with.
 */
int heffte_trace_start(const char *root,
                       MPI_Comm comm);

/**
 * Ends the trace that heffte_trace_start() began, and writes its files; without one does nothing. Collective over the ranks
 * that began it.
 *
 * Returns Heffte_SUCCESS; 2 where any rank cannot write its files: on all ranks.
 */
int heffte_trace_stop(void);

/**
 * Records an event of the program's own, named `name`, that began at `begin` by MPI_Wtime and ends now. Without a trace does
 * nothing. Not collective.
 *
 * Returns Heffte_SUCCESS; 2 where `name` is NULL.
 *
 * Requires: `name` is NULL or ends with a NUL. MPI is running.
 */
int heffte_trace_mark(const char *name,
                      double begin);

#endif  /* HEFFTE_C_H */
