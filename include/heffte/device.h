// Devices: their streams, and copies of what lies in their memory. No header of a vendor is needed.
#ifndef HEFFTE_DEVICE_H
#define HEFFTE_DEVICE_H

#include "heffte/backend_tags.h"
#include "heffte/errors.h"

// The same types as in the vendors' headers, which programs may include, too.
#ifdef Heffte_ENABLE_CUDA
typedef struct CUstream_st *cudaStream_t;
#endif
#if defined(Heffte_ENABLE_ROCM) && !defined(__HIP_PLATFORM_NVIDIA__)
typedef struct ihipStream_t *hipStream_t;
#endif

namespace heffte {

namespace detail {

//! Copies by a library of devices: queued in a stream, or waited for.
template <typename of_library> struct device_copies {
    typedef typename of_library::stream_type stream_type;

    template <typename scalar_type>
    static void copy(int way, stream_type stream, scalar_type const source[], std::size_t count, scalar_type destination[],
                     bool waits) {
        check(heffte_abi_device_copy(of_library::number, way, destination, source, count * sizeof(scalar_type), stream, waits));
    }
};

//! The device and the stream that an object works with.
template <typename of_library> class on_device {
  public:
    typedef typename of_library::stream_type stream_type;
    //! A null stream is the default one.
    on_device(stream_type given = nullptr) noexcept : queue(given), number(HEFFTE_ABI_CURRENT_DEVICE) {}

    stream_type stream() const noexcept { return queue; }
    //! Waits until all that is queued in the stream is done. Throws std::runtime_error where the device fails.
    void synchronize_device() const { check(heffte_abi_device_synchronize(of_library::number, number, queue)); }
    //! The number of the device; HEFFTE_ABI_CURRENT_DEVICE for that of the thread that calls.
    int device() const noexcept { return number; }

  protected:
    void works_on(int device) noexcept { number = device; }

  private:
    stream_type queue;
    int number;
};

} // namespace detail

namespace backend {

//! The device that a plan works on, of which the host has one and no streams.
template <typename location> struct device_instance {
    typedef void *stream_type;
    device_instance(stream_type = nullptr) noexcept {}
    stream_type stream() const noexcept { return nullptr; }
    void synchronize_device() const noexcept {}

  protected:
    void works_on(int) noexcept {}
};
//! A device of the library behind tag::gpu.
template <> struct device_instance<tag::gpu> : detail::on_device<detail::gpu_library> {
    device_instance(stream_type given = nullptr) noexcept : detail::on_device<detail::gpu_library>(given) {}
};
//! A device of another library, in builds that have two.
template <int number, bool is_built, typename where, typename stream>
struct device_instance<detail::library<number, is_built, where, stream>>
    : detail::on_device<detail::library<number, is_built, where, stream>> {
    device_instance(stream given = nullptr) noexcept
        : detail::on_device<detail::library<number, is_built, where, stream>>(given) {}
};

//! Copies where arrays of a location lie.
template <typename location> struct data_manipulator {
    typedef void *stream_type;
    template <typename source_type, typename destination_type>
    static void copy_n(stream_type, source_type const source[], std::size_t count, destination_type destination[]) {
        std::copy_n(source, count, destination);
    }
    template <typename source_type, typename destination_type>
    static void copy_n(source_type const source[], std::size_t count, destination_type destination[]) {
        std::copy_n(source, count, destination);
    }
};
//! Copies inside the memory of a device, and between it and the host. With a stream a copy inside is queued there; all others are waited for.
template <> struct data_manipulator<tag::gpu> {
    typedef detail::gpu_library::stream_type stream_type;
    typedef detail::device_copies<detail::gpu_library> copies;

    template <typename scalar_type>
    static void copy_n(stream_type stream, scalar_type const source[], std::size_t count, scalar_type destination[]) {
        copies::copy(HEFFTE_ABI_INSIDE, stream, source, count, destination, false);
    }
    template <typename scalar_type>
    static void copy_n(scalar_type const source[], std::size_t count, scalar_type destination[]) {
        copies::copy(HEFFTE_ABI_INSIDE, nullptr, source, count, destination, true);
    }
    template <typename scalar_type>
    static void copy_device_to_device(stream_type stream, scalar_type const source[], std::size_t count,
                                      scalar_type destination[]) {
        copies::copy(HEFFTE_ABI_INSIDE, stream, source, count, destination, false);
    }
    template <typename scalar_type>
    static void copy_host_to_device(stream_type stream, scalar_type const source[], std::size_t count,
                                    scalar_type destination[]) {
        copies::copy(HEFFTE_ABI_TO_DEVICE, stream, source, count, destination, true);
    }
    template <typename scalar_type>
    static void copy_device_to_host(stream_type stream, scalar_type const source[], std::size_t count,
                                    scalar_type destination[]) {
        copies::copy(HEFFTE_ABI_TO_HOST, stream, source, count, destination, true);
    }
    //! Uninitialised memory of this thread's device.
    template <typename scalar_type> static scalar_type *allocate(stream_type, std::size_t count) {
        void *memory = nullptr;
        detail::check(heffte_abi_device_allocate(detail::gpu_library::number, HEFFTE_ABI_CURRENT_DEVICE,
                                                 count * sizeof(scalar_type), &memory));
        return static_cast<scalar_type *>(memory);
    }
    template <typename scalar_type> static void free(stream_type, scalar_type *memory) {
        detail::check(heffte_abi_device_free(detail::gpu_library::number, memory));
    }
};

} // namespace backend

//! Devices, and arrays in their memory. In a build with two libraries of devices all this is of CUDA, unless a backend is named.
namespace gpu {

//! How many devices there are: of a backend, or of that behind tag::gpu. Throws std::runtime_error where there is none, or no driver.
template <typename backend_tag = backend::default_backend<tag::gpu>::type> inline int device_count() {
    int count = 0;
    detail::check(heffte_abi_device_count(detail::device_library<backend_tag>::type::number, &count));
    return count;
}

//! Makes a device, by its number from 0, that of this thread: plans and vectors are made there from now on.
template <typename backend_tag = backend::default_backend<tag::gpu>::type> inline void device_set(int device) {
    detail::check(heffte_abi_device_set(detail::device_library<backend_tag>::type::number, device));
}

//! Waits for the default stream of this thread's device.
template <typename backend_tag = backend::default_backend<tag::gpu>::type> inline void synchronize_default_stream() {
    detail::check(heffte_abi_device_synchronize(detail::device_library<backend_tag>::type::number, HEFFTE_ABI_CURRENT_DEVICE,
                                                nullptr));
}

} // namespace gpu
} // namespace heffte

#endif
