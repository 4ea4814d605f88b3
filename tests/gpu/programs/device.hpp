// The backend whose devices are tested, and the vendor's functions that programs call beside heFFTe.
#ifndef DEVICE_HPP
#define DEVICE_HPP

#include "../../cxx/check.hpp"

#include <dlfcn.h>

#define JOINED(a, b) a##b
#define TAG(backend, suffix) JOINED(backend, suffix)

typedef heffte::backend::BACKEND tag;
typedef heffte::backend::TAG(BACKEND, _cos) cosines;
typedef heffte::backend::TAG(BACKEND, _sin) sines;
typedef heffte::backend::TAG(BACKEND, _cos1) cosines_of_type_1;

template <typename scalar> using vector = typename heffte::backend::buffer_traits<tag>::template container<scalar>;
typedef heffte::gpu::transfer_of<tag> transfer;
typedef heffte::fft3d<tag>::stream_type stream_type;

static constexpr bool is_cuda = std::is_same<tag, heffte::backend::cufft>::value;

// Ends the program where there is no device, with the code that stands for a test that was left out. Collective.
static inline void leave_without_device() {
    std::string reason;
    try {
        heffte::gpu::device_count<tag>();
    } catch (std::runtime_error const &e) {
        reason = e.what();
    }
    if (reason.empty())
        return;
    if (me == 0)
        std::cout << "skipped: " << reason << std::endl;
    MPI_Finalize();
    std::exit(77);
}

// A function of the vendor's driver, which is loaded by now.
template <typename function> static function of_driver(char const *cuda, char const *hip) {
    void *const library = dlopen(is_cuda ? "libcuda.so.1" : "libamdhip64.so.6", RTLD_NOW | RTLD_NOLOAD);
    void *const found = library == nullptr ? nullptr : dlsym(library, is_cuda ? cuda : hip);
    CHECK(found != nullptr);
    return reinterpret_cast<function>(found);
}

// A stream that waits for no other, not even the default one.
static inline stream_type make_stream() {
    stream_type made = nullptr;
    CHECK(of_driver<int (*)(stream_type *, unsigned)>("cuStreamCreate", "hipStreamCreateWithFlags")(&made, 1) == 0);
    return made;
}
static inline void free_stream(stream_type stream) {
    CHECK(of_driver<int (*)(stream_type)>("cuStreamDestroy_v2", "hipStreamDestroy")(stream) == 0);
}

// How many allocations there are on the device, where something that counts them stands in for it; else -1.
static inline int live_memory() {
    void *const stand_in = dlopen("libheffte_stand_in.so", RTLD_NOW | RTLD_NOLOAD);
    if (stand_in == nullptr)
        return -1;
    return reinterpret_cast<int (*)(char const *)>(dlsym(stand_in, "heffte_stand_in_live"))("memory");
}

#endif
