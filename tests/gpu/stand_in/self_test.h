// What the self-test calls of a vendor, by one name for both; the prototypes are the vendors' own.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>
#include <string>
#include <vector>

using Address = uint64_t;
using Handle = uint64_t;

struct IpcHandle {
    char bytes[64];
};

// Kinds of copies, as HIP numbers them.
enum CopyKind { HOST_TO_HOST, HOST_TO_DEVICE, DEVICE_TO_HOST, DEVICE_TO_DEVICE, ANY_TO_ANY };

inline void require_(bool holds, const char *what, const char *file, int line) {
    if (holds) return;
    std::printf("%s:%d: not so: %s\n", file, line, what);
    std::fflush(stdout);
    std::_Exit(1);
}
#define REQUIRE(holds) require_(holds, #holds, __FILE__, __LINE__)
#define SUCCEEDS(call) REQUIRE((call) == 0)

/// The libraries of a vendor.
struct Vendor {
    bool is_cuda;
    void *driver, *compiler, *fft, *body;

    Vendor(const std::string &directory, bool is_cuda) : is_cuda(is_cuda) {
        driver = open(directory + (is_cuda ? "/cuda/libcuda.so.1" : "/hip/libamdhip64.so.6"));
        compiler = open(directory + (is_cuda ? "/cuda/libnvrtc.so.12" : "/hip/libhiprtc.so.6"));
        fft = open(directory + (is_cuda ? "/cuda/libcufft.so.11" : "/hip/libhipfft.so.0"));
        body = open(directory + "/libheffte_stand_in.so");
    }

    static void *open(const std::string &path) {
        void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (!library) std::printf("%s\n", dlerror());
        REQUIRE(library);
        return library;
    }

    /// A function of a library, called with these arguments as they are.
    template <class... Arguments> int in(void *library, const std::string &name, Arguments... arguments) const {
        auto function = reinterpret_cast<int (*)(Arguments...)>(dlsym(library, name.c_str()));
        if (!function) std::printf("%s is missing\n", name.c_str());
        REQUIRE(function);
        return function(arguments...);
    }
    template <class... Arguments> int call(const char *cuda, const char *hip, Arguments... arguments) const {
        return in(driver, is_cuda ? cuda : hip, arguments...);
    }
    template <class... Arguments> int compile(const std::string &rest, Arguments... arguments) const {
        return in(compiler, (is_cuda ? "nvrtc" : "hiprtc") + rest, arguments...);
    }
    /// cuFFT's plans are of 32 bits, hipFFT's of 64: a number does for both.
    template <class... Arguments> int transform(const std::string &rest, Arguments... arguments) const {
        return in(fft, (is_cuda ? "cufft" : "hipfft") + rest, arguments...);
    }
    int live(const char *what) const { return in(body, "heffte_stand_in_live", what); }

    /// Makes the first device the one of this thread.
    void begin() const {
        SUCCEEDS(call("cuInit", "hipInit", 0u));
        if (!is_cuda) return;
        Handle context = 0;
        SUCCEEDS(in(driver, "cuDevicePrimaryCtxRetain", &context, 0));
        SUCCEEDS(in(driver, "cuCtxSetCurrent", context));
    }
    int allocate(Address *address, size_t size) const { return call("cuMemAlloc_v2", "hipMalloc", address, size); }
    Address allocated(size_t size) const {
        Address address = 0;
        SUCCEEDS(allocate(&address, size));
        return address;
    }
    int release(Address address) const { return call("cuMemFree_v2", "hipFree", address); }

    int copy(Address to, Address from, size_t size, CopyKind kind, Handle stream = 0) const {
        static const char *const CUDA[] = {"cuMemcpyAsync", "cuMemcpyHtoDAsync_v2", "cuMemcpyDtoHAsync_v2", "cuMemcpyDtoDAsync_v2",
                                           "cuMemcpyAsync"};
        return is_cuda ? in(driver, CUDA[kind], to, from, size, stream) : in(driver, "hipMemcpyAsync", to, from, size, int(kind), stream);
    }
    template <class T> int load(Address to, const std::vector<T> &from, Handle stream = 0) const {
        return copy(to, Address(from.data()), from.size() * sizeof(T), HOST_TO_DEVICE, stream);
    }
    template <class T> int unload(std::vector<T> &to, Address from, Handle stream = 0) const {
        return copy(Address(to.data()), from, to.size() * sizeof(T), DEVICE_TO_HOST, stream);
    }
    template <class T> Address loaded(const std::vector<T> &from) const {
        Address address = allocated(from.size() * sizeof(T));
        SUCCEEDS(load(address, from));
        return address;
    }
    Handle stream() const {
        Handle stream = 0;
        SUCCEEDS(call("cuStreamCreate", "hipStreamCreateWithFlags", &stream, 1u));
        return stream;
    }
    int wait(Handle stream) const { return call("cuStreamSynchronize", "hipStreamSynchronize", stream); }
    int launch(Handle function, unsigned blocks, unsigned block_x, unsigned block_y, Handle stream, void **parameters) const {
        return call("cuLaunchKernel", "hipModuleLaunchKernel", function, blocks, 1u, 1u, block_x, block_y, 1u, 0u, stream, parameters,
                    static_cast<void **>(nullptr));
    }
};

// Results that both vendors number alike.
constexpr int INVALID_VALUE = 1, OUT_OF_MEMORY = 2, NO_DEVICE = 100, INVALID_CONTEXT = 201, INVALID_HANDLE = 400, NOT_FOUND = 500,
              NOT_READY = 600, ILLEGAL_ADDRESS = 700, LAUNCH_FAILED = 719;

inline std::vector<double> counting(size_t count) {
    std::vector<double> values(count);
    for (size_t i = 0; i < count; i++) values[i] = double(i) + 0.5;
    return values;
}
