/*
 * Internal: what the headers of the C++ interface call. Programs include heffte.h.
 *
 * This file is generated from rust/heffte-c; change the sources there and run `cargo xtask header`.
 */

#ifndef HEFFTE_ABI_H
#define HEFFTE_ABI_H

#include <mpi.h>
#include <stddef.h>

/**
 * The call did what it was asked to.
 */
#define HEFFTE_ABI_SUCCESS 0

/**
 * An argument was wrong: std::invalid_argument.
 */
#define HEFFTE_ABI_INVALID_ARGUMENT 1

/**
 * Anything else was wrong: std::runtime_error.
 */
#define HEFFTE_ABI_FAILURE 2

/**
 * All ranks take part in the stages between the boxes.
 */
#define HEFFTE_ABI_ALL 0

/**
 * The first `value` ranks do.
 */
#define HEFFTE_ABI_FIRST 1

/**
 * Those whose `value` is not 0 do.
 */
#define HEFFTE_ABI_MEMBERS 2

/**
 * Elements of float.
 */
#define HEFFTE_ABI_FLOAT 0

/**
 * Elements of double.
 */
#define HEFFTE_ABI_DOUBLE 1

/**
 * Elements of two floats, the real part first.
 */
#define HEFFTE_ABI_COMPLEX_FLOAT 2

/**
 * Elements of two doubles, the real part first.
 */
#define HEFFTE_ABI_COMPLEX_DOUBLE 3

/**
 * The length of an array where only the caller knows it.
 */
#define HEFFTE_ABI_UNKNOWN_LENGTH -1

/**
 * A copy from host memory to that of a device.
 */
#define HEFFTE_ABI_TO_DEVICE 0

/**
 * The other way.
 */
#define HEFFTE_ABI_TO_HOST 1

/**
 * From memory of devices to memory of devices.
 */
#define HEFFTE_ABI_INSIDE 2

/**
 * The device of the calling thread.
 */
#define HEFFTE_ABI_CURRENT_DEVICE -1

/**
 * A plan, which only the library looks into.
 */
typedef struct heffte_abi_plan heffte_abi_plan;

/**
 * The points of a box, both corners inclusive, and their order in memory.
 */
typedef struct heffte_abi_box {
  /**
   * The first point.
   */
  long long low[3];
  /**
   * The last point.
   */
  long long high[3];
  /**
   * The dimensions from the fastest-varying to the slowest.
   */
  int order[3];
} heffte_abi_box;

/**
 * What one rank says about its plan. All but the boxes and a member's `value` is the same on all ranks.
 */
typedef struct heffte_abi_spec {
  /**
   * sizeof(heffte_abi_spec) where the program was compiled.
   */
  size_t struct_size;
  /**
   * The backend by its number in the C interface.
   */
  int backend;
  /**
   * What happens along each axis: Heffte_AXIS_C2C and its siblings in the C interface.
   */
  int kinds[3];
  /**
   * The axis that is real-to-complex, whatever its kind says; -1 for none.
   */
  int r2c_direction;
  /**
   * Nonzero where a backward transform is to be twice the usual along each real-to-real axis.
   */
  int doubles_backward;
  /**
   * This rank's points before a forward transform.
   */
  struct heffte_abi_box inbox;
  /**
   * This rank's points after it.
   */
  struct heffte_abi_box outbox;
  /**
   * The members of heffte::plan_options.
   */
  int use_reorder;
  /**
   * How data travels, by its number in heffte::reshape_algorithm.
   */
  int algorithm;
  /**
   * Nonzero to transform one axis at a time.
   */
  int use_pencils;
  /**
   * Nonzero to hand device memory to MPI.
   */
  int use_gpu_aware;
  /**
   * Which ranks take part in the stages between the boxes: HEFFTE_ABI_ALL and its siblings.
   */
  int participants;
  /**
   * What that needs to know.
   */
  int value;
  /**
   * Nonzero where the program has chosen the kinds one by one, by heffte::transform3d, which messages then name.
   */
  int has_kinds;
  /**
   * What FFTW spends on planning, by its number in heffte::planning_effort: 0 for the default of the process.
   */
  int effort;
} heffte_abi_spec;

/**
 * Elements of this rank.
 */
typedef struct heffte_abi_sizes {
  /**
   * Of the inbox.
   */
  long long inbox;
  /**
   * Of the outbox.
   */
  long long outbox;
  /**
   * That a workspace must have for each transform of a batch.
   */
  long long workspace;
  /**
   * The part of it that holds messages.
   */
  long long comm_buffers;
} heffte_abi_sizes;

/**
 * An array.
 */
typedef struct heffte_abi_array {
  /**
   * Its first element; may be NULL where no element is needed.
   */
  void *data;
  /**
   * Its elements, or HEFFTE_ABI_UNKNOWN_LENGTH.
   */
  long long length;
  /**
   * Their type: HEFFTE_ABI_FLOAT and its siblings.
   */
  int element;
} heffte_abi_array;

/**
 * One collective transform.
 */
typedef struct heffte_abi_call {
  /**
   * sizeof(heffte_abi_call) where the program was compiled.
   */
  size_t struct_size;
  /**
   * Zero forward, nonzero backward.
   */
  int is_backward;
  /**
   * The number of transforms, whose arrays lie one after the other.
   */
  int batch;
  /**
   * The factor, by its number in heffte::scale.
   */
  int scale;
  /**
   * What is read.
   */
  struct heffte_abi_array input;
  /**
   * What is written; may be the input where both have elements of one type.
   */
  struct heffte_abi_array output;
  /**
   * Elements of the type that the transform works in; `data` NULL stands for a workspace of the plan's own.
   */
  struct heffte_abi_array workspace;
  /**
   * Bytes that the program could not allocate for the output, which is an error on all ranks; 0 where it could.
   */
  size_t missing;
  /**
   * The stream of the device; NULL is the default one.
   */
  void *stream;
} heffte_abi_call;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/**
 * Why the last call of this thread failed: one line that names the function, the rank, the argument, the values and
 * the remedy; "" where that call did what it was asked to. Any other heffte_ function of this thread ends the life of
 * the text. Never NULL. Not collective.
 */
const char *heffte_last_error(void);

/**
 * Makes a plan. Collective over `comm`. After an error, which all ranks have alike, `*plan` is NULL.
 *
 * Requires: `spec` and `plan` are not NULL; `comm` is a handle of the MPI that this library is linked with.
 */
int heffte_abi_create(const struct heffte_abi_spec *spec, MPI_Comm comm, struct heffte_abi_plan **plan);

/**
 * Frees `plan`. NULL is nothing to free. Every rank frees its own; after MPI_Finalize it may still be done.
 *
 * Requires: `plan` is NULL, or was made by heffte_abi_create() and not freed before.
 */
void heffte_abi_destroy(struct heffte_abi_plan *plan);

/**
 * Writes the sizes that stay as they are while the plan lives. Not collective.
 *
 * Requires: `plan` was made by heffte_abi_create() and not freed; `sizes` may be written.
 */
int heffte_abi_get_sizes(const struct heffte_abi_plan *plan, struct heffte_abi_sizes *sizes);

/**
 * Writes the factor that a transform with `scale`, a number of heffte::scale, applies to its result. Not collective.
 *
 * Requires: `plan` is NULL, or was made by heffte_abi_create() and not freed; `factor` may be written.
 */
int heffte_abi_get_scale_factor(const struct heffte_abi_plan *plan, int scale, double *factor);

/**
 * What the plan does, in a few lines: writes at most `capacity` bytes, the closing NUL included, to `text`, and the bytes
 * that all of it takes to `*needed`. Not collective.
 *
 * Requires: `plan` is NULL, or was made by heffte_abi_create() and not freed; `text` has room for `capacity` bytes.
 */
int heffte_abi_describe(const struct heffte_abi_plan *plan,
                        char *text,
                        size_t capacity,
                        size_t *needed);

/**
 * Does one transform, or a batch. Collective. Where an argument is wrong on any rank, no rank transforms anything, and all
 * have the same error; only a NULL `plan` is an error of its rank alone.
 *
 * Requires: `plan` is NULL, or was made by heffte_abi_create() and not freed; `call` is not NULL, and its arrays have the elements
 * that they say, or where they do not say, those that the plan needs.
 */
int heffte_abi_execute(const struct heffte_abi_plan *plan,
                       const struct heffte_abi_call *call);

/**
 * Writes the number of the device that the plan works on; HEFFTE_ABI_CURRENT_DEVICE for a plan in host memory.
 *
 * Requires: `plan` was made by heffte_abi_create() and not freed; `device` may be written.
 */
int heffte_abi_get_device(const struct heffte_abi_plan *plan, int *device);

/**
 * Writes how many devices a backend, by its number in the C interface, has.
 *
 * Requires: `count` may be written.
 */
int heffte_abi_device_count(int backend, int *count);

/**
 * Makes a device that of this thread.
 */
int heffte_abi_device_set(int backend, int device);

/**
 * Allocates memory of a device; NULL where no byte is asked for, and after an error.
 *
 * Requires: `memory` may be written.
 */
int heffte_abi_device_allocate(int backend, int device, size_t bytes, void **memory);

/**
 * Frees it; NULL is nothing to free.
 *
 * Requires: Nobody uses it any more.
 */
int heffte_abi_device_free(int backend, void *memory);

/**
 * Queues a copy in a stream, one of the ways HEFFTE_ABI_TO_DEVICE and its siblings, and waits for the stream where `waits` is nonzero.
 *
 * Requires: Both hold so many bytes until the stream was waited for.
 */
int heffte_abi_device_copy(int backend,
                           int way,
                           void *to,
                           const void *from,
                           size_t bytes,
                           void *stream,
                           int waits);

/**
 * Waits for all that a stream of a device holds.
 */
int heffte_abi_device_synchronize(int backend, int device, void *stream);

/**
 * Writes the grid of `ranks` bricks over a world of `size` points that has the least surface between bricks.
 *
 * Requires: Both arrays have three elements.
 */
int heffte_abi_min_surface_grid(const long long *size, int ranks, int *grid);

/**
 * Checks that `count` boxes, some of which may be empty, are disjoint and fill a world that begins at the origin, and writes
 * that world.
 *
 * Requires: `boxes` has `count` elements; `world` may be written.
 */
int heffte_abi_check_world(const struct heffte_abi_box *boxes,
                           size_t count,
                           struct heffte_abi_box *world);

/**
 * Writes how a plan for `ranks` ranks, all on one node, would go: for each exchange `i` of 0 to 3, the boxes of all
 * ranks before it to `shapes[2 * i * ranks]` and after it to `shapes[(2 * i + 1) * ranks]`, and the axes that are transformed
 * after the first three exchanges to `axes`. An exchange that changes nothing does not take place.
 *
 * Requires: `specs` has `ranks` elements, `shapes` eight times as many, and `axes` three.
 */
int heffte_abi_shapes(const struct heffte_abi_spec *specs,
                      size_t ranks,
                      struct heffte_abi_box *shapes,
                      int *axes);

/**
 * Reads wisdom, as heffte_fftw_import_wisdom() of C does.
 *
 * Requires: `path` ends with a NUL.
 */
int heffte_abi_fftw_import_wisdom(const char *path);

/**
 * Writes wisdom, as heffte_fftw_export_wisdom() of C does.
 *
 * Requires: `path` ends with a NUL.
 */
int heffte_abi_fftw_export_wisdom(const char *path);

/**
 * Begins a trace, as heffte_trace_start() of C does. MPI_COMM_NULL stands for this rank alone, which is joined by those that
 * make its next plan; the call is then not collective.
 *
 * Requires: `root` ends with a NUL. `comm` is a handle of the MPI that this library is linked with.
 */
int heffte_abi_trace_start(const char *root,
                           MPI_Comm comm);

/**
 * Ends the trace, as heffte_trace_stop() of C does.
 */
int heffte_abi_trace_stop(void);

/**
 * Nonzero where events are recorded.
 */
int heffte_abi_trace_is_on(void);

/**
 * Records an event of the program's own that began at `begin` by MPI_Wtime and ends now.
 *
 * Requires: `name` ends with a NUL. MPI is running.
 */
void heffte_abi_trace_mark(const char *name, double begin);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* HEFFTE_ABI_H */
