// What the libraries of both vendors do, as their tables of names (*_names.cpp) call it. Nothing here is of one vendor: both give
// the same numbers to the same errors. All of it runs behind one lock.
#pragma once

#include <cstddef>
#include <cstdint>

namespace stand_in {

// Of the driver of CUDA and the runtime of HIP.
enum Result {
    SUCCESS = 0,
    INVALID_VALUE = 1,
    OUT_OF_MEMORY = 2,
    NOT_INITIALIZED = 3,
    NO_DEVICE = 100,
    INVALID_DEVICE = 101,
    INVALID_IMAGE = 200,
    INVALID_CONTEXT = 201,
    INVALID_HANDLE = 400,
    NOT_FOUND = 500,
    NOT_READY = 600,
    ILLEGAL_ADDRESS = 700,
    CONTEXT_IS_DESTROYED = 709,
    LAUNCH_FAILED = 719,
    NOT_SUPPORTED = 801,
};

// Of cuFFT and hipFFT.
enum FftResult {
    FFT_SUCCESS = 0,
    FFT_INVALID_PLAN = 1,
    FFT_ALLOC_FAILED = 2,
    FFT_INVALID_TYPE = 3,
    FFT_INVALID_VALUE = 4,
    FFT_INTERNAL_ERROR = 5,
    FFT_EXEC_FAILED = 6,
    FFT_SETUP_FAILED = 7,
    FFT_INVALID_SIZE = 8,
    FFT_NO_WORKSPACE = 13,
};

// Of NVRTC and hipRTC.
enum CompilerResult {
    COMPILER_SUCCESS = 0,
    COMPILER_INVALID_INPUT = 3,
    COMPILER_INVALID_PROGRAM = 4,
    COMPILER_INVALID_OPTION = 5,
    COMPILER_COMPILATION = 6,
    COMPILER_INTERNAL_ERROR = 11,
};

enum class Vendor { CUDA, HIP };

// calls.cpp

/// One call, by the vendor's name: holds the lock, is counted, and may have to fail.
class Call {
  public:
    explicit Call(const char *name);
    ~Call();
    Call(const Call &) = delete;
    const bool is_refused;
};

// devices.cpp: devices, and which of them a thread works on.

int device_count();
Result initialize(unsigned flags);
/// An error where this thread has no device. HIP gives it the first; CUDA wants a context first.
Result have_device(Vendor vendor);
/// Of a thread that has one.
int current_device();
Result set_device(int device);
Result device_name(char *name, int length, int device);
Result device_attribute(int *value, int attribute, int device);
Result retain_context(uint64_t *context, int device);
Result release_context(int device);
Result push_context(uint64_t context);
Result pop_context(uint64_t *context);
Result set_context(uint64_t context);
Result get_context(uint64_t *context);

// memory.cpp

using Address = uint64_t;
enum class Side { HOST, DEVICE, ANY };

struct IpcHandle {
    char bytes[64];
};

Result allocate(Vendor vendor, Address *address, size_t size);
Result release(Address address);
Result allocate_pinned(Address *address, size_t size);
Result release_pinned(Address address);
Result memory_info(size_t *free, size_t *total);
Result copy(Address to, Side to_side, Address from, Side from_side, size_t size, uint64_t stream);
Result copy_now(Address to, Address from, size_t size);
Result fill(Address to, unsigned char value, size_t size, uint64_t stream);
Result pointer_attribute(Vendor vendor, void *data, int attribute, Address address);
Result get_handle(IpcHandle *handle, Address address);
Result open_handle(Address *address, IpcHandle handle, unsigned flags);
Result close_handle(Address address);

// streams.cpp

Result create_stream(uint64_t *stream, unsigned flags);
Result destroy_stream(uint64_t stream);
Result synchronize_stream(uint64_t stream);
Result synchronize_device();
Result wait_event(uint64_t stream, uint64_t event, unsigned flags);
Result create_event(uint64_t *event, unsigned flags);
Result record_event(uint64_t event, uint64_t stream);
Result synchronize_event(uint64_t event);
Result query_event(uint64_t event);
Result elapsed_time(float *milliseconds, uint64_t begin, uint64_t end);
Result destroy_event(uint64_t event);

// modules.cpp

struct Dimensions {
    unsigned x, y, z;
};

Result load_module(uint64_t *module, const void *image);
Result unload_module(uint64_t module);
Result get_function(uint64_t *function, uint64_t module, const char *name);
Result launch(uint64_t function, Dimensions grid, Dimensions block, unsigned shared, uint64_t stream, void **parameters,
              void **extra);

// compiler.cpp

CompilerResult create_program(uint64_t *program, const char *source, int headers, const char *const *texts,
                              const char *const *names);
CompilerResult destroy_program(uint64_t *program);
CompilerResult compile(uint64_t program, int count, const char *const *options);
/// What was compiled; for an architecture that is not of a device (`compute_90`), it is in `virtual_image` alone.
CompilerResult image_size(uint64_t program, bool virtual_image, size_t *size);
CompilerResult image(uint64_t program, bool virtual_image, char *bytes);
CompilerResult log_size(uint64_t program, size_t *size);
CompilerResult log(uint64_t program, char *text);
/// The architectures that are known, in order; as many as `architecture_count` says.
extern const int architectures[];
extern const int architecture_count;

// fft.cpp

struct Side64 {
    const long long *embed;
    long long stride, distance;
};

FftResult create_plan(uint64_t *plan);
FftResult destroy_plan(uint64_t plan);
FftResult set_auto_allocation(uint64_t plan, int automatic);
FftResult make_plan(uint64_t plan, int rank, const long long *lengths, Side64 in, Side64 out, int type, long long batch,
                    size_t *work_size);
FftResult set_work_area(uint64_t plan, Address area);
FftResult set_plan_stream(uint64_t plan, uint64_t stream);
FftResult plan_size(uint64_t plan, size_t *work_size);
/// `direction` is -1 or 1; what the plan was not made for is an error.
FftResult execute(uint64_t plan, int type, Address in, Address out, int direction);

} // namespace stand_in
