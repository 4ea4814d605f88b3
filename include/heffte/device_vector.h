// Arrays in the memory of devices.
#ifndef HEFFTE_DEVICE_VECTOR_H
#define HEFFTE_DEVICE_VECTOR_H

#include "heffte/device.h"

namespace heffte {
namespace gpu {

//! An array in the memory of a device, which is freed with this object. Elements are trivial and begin as they may.
/*!
 * Pointers are those of the vendor, which kernels and libraries take. Copies of whole vectors are waited for.
 */
template <typename scalar_type, typename of_library = detail::gpu_library> class device_vector {
    static_assert(of_library::is_enabled, "this build of heFFTe has no backend of this device: rebuild it with Heffte_ENABLE_CUDA=ON or "
                                          "Heffte_ENABLE_ROCM=ON, or use std::vector with a backend of the host");

  public:
    typedef scalar_type value_type;
    typedef std::size_t size_type;
    typedef typename of_library::stream_type stream_type;

    device_vector() noexcept : memory(nullptr), count(0), queue(nullptr) {}
    //! So many elements on this thread's device. Throws std::runtime_error where there is not so much memory.
    explicit device_vector(size_type elements) : device_vector(stream_type(nullptr), elements) {}
    //! The same, for copies in a stream.
    device_vector(stream_type stream, size_type elements)
        : device_vector(stream, elements, HEFFTE_ABI_CURRENT_DEVICE) {}
    device_vector(std::nullptr_t, size_type elements) : device_vector(stream_type(nullptr), elements) {}
    //! The same on the device of that number.
    device_vector(stream_type stream, size_type elements, int device)
        : memory(allocated(elements, device)), count(elements), queue(stream) {}
    //! A copy of the elements from `first` up to `last`, which lie in the memory of a device.
    device_vector(scalar_type const *first, scalar_type const *last) : device_vector(stream_type(nullptr), first, last) {}
    device_vector(stream_type stream, scalar_type const *first, scalar_type const *last)
        : device_vector(stream, static_cast<size_type>(last - first)) {
        detail::device_copies<of_library>::copy(HEFFTE_ABI_INSIDE, queue, first, count, memory, true);
    }
    //! Takes memory over that heFFTe or the vendor's functions allocated, of so many elements.
    device_vector(scalar_type *given, size_type elements) noexcept : memory(given), count(elements), queue(nullptr) {}
    device_vector(stream_type stream, scalar_type *given, size_type elements) noexcept
        : memory(given), count(elements), queue(stream) {}

    device_vector(device_vector const &other) : device_vector(other.queue, other.begin(), other.end()) {}
    device_vector(device_vector &&other) noexcept : device_vector() { swap(other); }
    device_vector &operator=(device_vector other) noexcept {
        swap(other);
        return *this;
    }
    ~device_vector() {
        // A destructor has nobody to tell what was wrong.
        if (memory != nullptr)
            heffte_abi_device_free(of_library::number, memory);
    }

    void swap(device_vector &other) noexcept {
        std::swap(memory, other.memory);
        std::swap(count, other.count);
        std::swap(queue, other.queue);
    }
    //! Gives the memory up, which the caller frees; the vector is empty then.
    scalar_type *release() noexcept {
        scalar_type *const given = memory;
        memory = nullptr;
        count = 0;
        return given;
    }

    scalar_type *data() noexcept { return memory; }
    scalar_type const *data() const noexcept { return memory; }
    scalar_type *begin() noexcept { return memory; }
    scalar_type const *begin() const noexcept { return memory; }
    scalar_type *end() noexcept { return memory + count; }
    scalar_type const *end() const noexcept { return memory + count; }
    size_type size() const noexcept { return count; }
    bool empty() const noexcept { return count == 0; }
    //! The stream of copies.
    stream_type stream() const noexcept { return queue; }

  private:
    static scalar_type *allocated(size_type elements, int device) {
        if (elements > std::numeric_limits<size_type>::max() / sizeof(scalar_type))
            throw std::length_error("heffte::gpu::vector: " + std::to_string(elements) + " elements are more than any memory has");
        void *made = nullptr;
        detail::check(heffte_abi_device_allocate(of_library::number, device, elements * sizeof(scalar_type), &made));
        return static_cast<scalar_type *>(made);
    }

    scalar_type *memory;
    size_type count;
    stream_type queue;
};

//! An array in the memory of a device of the backend behind tag::gpu.
template <typename scalar_type> using vector = device_vector<scalar_type>;

//! Copies between containers of the host and vectors, all of which are waited for but copy() with a stream. Streams come first, where one
//! is given.
template <typename of_library> struct device_transfer {
    typedef typename of_library::stream_type stream_type;
    template <typename scalar_type> using vector = device_vector<scalar_type, of_library>;

    //! Makes a vector of `count` elements of the host.
    template <typename scalar_type>
    static vector<scalar_type> load(stream_type stream, scalar_type const source[], std::size_t count) {
        vector<scalar_type> result(stream, count);
        load(stream, source, count, result.data());
        return result;
    }
    template <typename scalar_type> static vector<scalar_type> load(scalar_type const source[], std::size_t count) {
        return load(stream_type(nullptr), source, count);
    }
    template <typename scalar_type>
    static vector<scalar_type> load(stream_type stream, std::vector<scalar_type> const &source) {
        return load(stream, source.data(), source.size());
    }
    template <typename scalar_type> static vector<scalar_type> load(std::vector<scalar_type> const &source) {
        return load(stream_type(nullptr), source);
    }
    //! Copies elements of the host to where there is room for them.
    template <typename scalar_type>
    static void load(stream_type stream, scalar_type const source[], std::size_t count, scalar_type destination[]) {
        device_copies::copy(HEFFTE_ABI_TO_DEVICE, stream, source, count, destination, true);
    }
    template <typename scalar_type>
    static void load(stream_type stream, std::vector<scalar_type> const &source, scalar_type destination[]) {
        load(stream, source.data(), source.size(), destination);
    }
    template <typename scalar_type> static void load(std::vector<scalar_type> const &source, scalar_type destination[]) {
        load(stream_type(nullptr), source, destination);
    }
    template <typename scalar_type>
    static void load(stream_type stream, std::vector<scalar_type> const &source, vector<scalar_type> &destination) {
        if (destination.size() != source.size())
            destination = vector<scalar_type>(stream, source.size());
        load(stream, source, destination.data());
    }
    template <typename scalar_type>
    static void load(std::vector<scalar_type> const &source, vector<scalar_type> &destination) {
        load(stream_type(nullptr), source, destination);
    }

    //! Copies `count` elements of a device to the host.
    template <typename scalar_type>
    static std::vector<scalar_type> unload(stream_type stream, scalar_type const source[], std::size_t count) {
        std::vector<scalar_type> result(count);
        unload(stream, source, count, result.data());
        return result;
    }
    template <typename scalar_type>
    static std::vector<scalar_type> unload(scalar_type const source[], std::size_t count) {
        return unload(stream_type(nullptr), source, count);
    }
    template <typename scalar_type>
    static std::vector<scalar_type> unload(stream_type stream, vector<scalar_type> const &source) {
        return unload(stream, source.data(), source.size());
    }
    //! A whole vector, in its stream.
    template <typename scalar_type> static std::vector<scalar_type> unload(vector<scalar_type> const &source) {
        return unload(source.stream(), source);
    }
    //! The same to where there is room for them.
    template <typename scalar_type>
    static void unload(stream_type stream, scalar_type const source[], std::size_t count, scalar_type destination[]) {
        device_copies::copy(HEFFTE_ABI_TO_HOST, stream, source, count, destination, true);
    }
    template <typename scalar_type>
    static void unload(stream_type stream, vector<scalar_type> const &source, scalar_type destination[]) {
        unload(stream, source.data(), source.size(), destination);
    }
    template <typename scalar_type> static void unload(vector<scalar_type> const &source, scalar_type destination[]) {
        unload(source.stream(), source, destination);
    }

    //! Copies inside devices; with a stream it is queued there.
    template <typename scalar_type>
    static void copy(stream_type stream, scalar_type const source[], std::size_t count, scalar_type destination[]) {
        device_copies::copy(HEFFTE_ABI_INSIDE, stream, source, count, destination, false);
    }
    template <typename scalar_type>
    static void copy(scalar_type const source[], std::size_t count, scalar_type destination[]) {
        device_copies::copy(HEFFTE_ABI_INSIDE, stream_type(nullptr), source, count, destination, true);
    }
    template <typename scalar_type>
    static void copy(stream_type stream, vector<scalar_type> const &source, scalar_type destination[]) {
        copy(stream, source.data(), source.size(), destination);
    }
    template <typename scalar_type> static void copy(vector<scalar_type> const &source, scalar_type destination[]) {
        copy(source.data(), source.size(), destination);
    }
    //! Makes a vector of a copy.
    template <typename scalar_type> static vector<scalar_type> copy(scalar_type const source[], std::size_t count) {
        return vector<scalar_type>(source, source + count);
    }

    //! Makes memory that was allocated otherwise that of a vector.
    template <typename scalar_type> static vector<scalar_type> capture(scalar_type *given, std::size_t count) noexcept {
        return vector<scalar_type>(given, count);
    }
    template <typename scalar_type>
    static vector<scalar_type> capture(stream_type stream, scalar_type *given, std::size_t count) noexcept {
        return vector<scalar_type>(stream, given, count);
    }

  private:
    typedef detail::device_copies<of_library> device_copies;
};

//! Copies with the backend behind tag::gpu.
typedef device_transfer<detail::gpu_library> transfer;
//! Copies with a backend, for builds with two.
template <typename backend_tag> using transfer_of = device_transfer<typename detail::device_library<backend_tag>::type>;

} // namespace gpu

namespace detail {

//! The containers of arrays that lie in a place.
template <typename place> struct containers {
    template <typename scalar_type> using container = std::vector<scalar_type>;
};
template <> struct containers<tag::gpu> {
    template <typename scalar_type> using container = gpu::device_vector<scalar_type, gpu_library>;
};
template <int number, bool is_built, typename where, typename stream>
struct containers<library<number, is_built, where, stream>> {
    template <typename scalar_type>
    using container = gpu::device_vector<scalar_type, library<number, is_built, where, stream>>;
};

//! Makes a new container, for results of what works on `where`, that long.
template <typename scalar_type, typename location>
inline void give_length(std::vector<scalar_type> &made, backend::device_instance<location> const &, std::size_t count) {
    made.resize(count);
}
template <typename scalar_type, typename of_library>
inline void give_length(gpu::device_vector<scalar_type, of_library> &made, on_device<of_library> const &where,
                        std::size_t count) {
    made = gpu::device_vector<scalar_type, of_library>(where.stream(), count, where.device());
}

} // namespace detail

//! A container of `count` elements in the memory of the host.
template <typename scalar_type> inline std::vector<scalar_type> make_buffer_container(void *, std::size_t count) {
    return std::vector<scalar_type>(count);
}
template <typename scalar_type> inline std::vector<scalar_type> make_buffer_container(std::nullptr_t, std::size_t count) {
    return std::vector<scalar_type>(count);
}
//! The same in the memory of the device of a stream's kind.
template <typename scalar_type>
inline gpu::device_vector<scalar_type, detail::cufft_library> make_buffer_container(CUstream_st *stream, std::size_t count) {
    return gpu::device_vector<scalar_type, detail::cufft_library>(stream, count);
}
template <typename scalar_type>
inline gpu::device_vector<scalar_type, detail::rocfft_library> make_buffer_container(ihipStream_t *stream, std::size_t count) {
    return gpu::device_vector<scalar_type, detail::rocfft_library>(stream, count);
}

} // namespace heffte

#endif
