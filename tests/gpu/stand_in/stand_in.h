// What the parts of the stand-in know of each other. Nothing here is of one vendor: both give the same numbers to the same errors,
// and what is called differs in its name alone (names.h). All of it runs behind one lock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

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

// calls.cpp: calls that are counted and fail when they are to; what is alive.

enum Live { MEMORY, PINNED, STREAMS, EVENTS, MODULES, PLANS, CONTEXTS, IPC, PROGRAMS, LIVE_COUNT };
extern int live[LIVE_COUNT];

std::mutex &lock();
/// Counts a call by the vendor's name, and says whether it is to fail.
bool refused(const char *name);
/// The number that a variable of the environment has, or `otherwise`.
long number_of(const char *variable, long otherwise);
/// Ends the program: what cannot be told by an error of the vendor.
[[noreturn]] void die(const std::string &reason);

// A handle is a number that is given once: one that was destroyed is never that of something else.
uint64_t new_handle();

template <class T> class Handles {
  public:
    explicit Handles(Live what) : what(what) {}
    uint64_t add(std::shared_ptr<T> object) {
        uint64_t handle = new_handle();
        objects[handle] = std::move(object);
        live[what]++;
        return handle;
    }
    std::shared_ptr<T> find(uint64_t handle) const {
        auto found = objects.find(handle);
        return found == objects.end() ? nullptr : found->second;
    }
    bool remove(uint64_t handle) {
        bool was_there = objects.erase(handle) == 1;
        live[what] -= was_there;
        return was_there;
    }

  private:
    Live what;
    std::unordered_map<uint64_t, std::shared_ptr<T>> objects;
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

/// Whether so many bytes lie in one allocation of a device.
bool is_on_device(Address address, size_t size);
/// Whether something of the program's is there that no device reaches.
bool is_of_host_alone(Address address);

/// Lets the stand-in itself read and write the memory of devices while it lives.
class Unprotected {
  public:
    Unprotected();
    ~Unprotected();
    Unprotected(const Unprotected &) = delete;
};

/// What memory holds that nobody has written: not a number, in any precision.
constexpr unsigned char GARBAGE = 0xff;

// streams.cpp

bool is_lazy();
/// Whether it is a stream of this thread's device.
bool is_stream_here(uint64_t stream);
/// Runs `work` on a stream: at once, or when somebody waits for it.
Result submit(uint64_t stream, std::function<void()> work);
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

/// What a compiled program begins with; then comes a shared object of `size` bytes.
struct ImageHeader {
    char magic[8];
    uint64_t size;
};
constexpr char IMAGE_MAGIC[8] = {'h', 'e', 'f', 'f', 't', 'e', '-', 'k'};

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
const std::vector<int> &architectures();

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
