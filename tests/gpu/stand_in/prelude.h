// What comes before a kernel source when the host's compiler is to compile it: what CUDA and HIP have built in.
//
// A kernel is a function that is called once for each block. What its threads do is in loops over them, ALL_THREADS { … }.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#define __global__ __attribute__((visibility("default")))
#define __device__
#define __host__
#define __forceinline__ inline
#define __noinline__
#define __constant__
#define __launch_bounds__(...)
#undef __restrict__
#define __restrict__
// Blocks run one after the other.
#define __shared__ static

struct dim3 {
    unsigned x, y, z;
};
using uint3 = dim3;

struct alignas(8) float2 {
    float x, y;
};
struct alignas(16) double2 {
    double x, y;
};
inline float2 make_float2(float x, float y) { return {x, y}; }
inline double2 make_double2(double x, double y) { return {x, y}; }

extern "C" {
__global__ dim3 threadIdx, blockIdx, blockDim, gridDim;
}

/// Exact where the angle is a multiple of a quarter turn, as the vendors' are.
template <class T> inline void stand_in_sincospi(T angle, T *sine, T *cosine) {
    T turned = std::remainder(angle, T(2));
    int quarter = int(std::rint(turned * 2));
    long double rest = ((long double)turned - quarter * 0.5L) * 3.14159265358979323846264338327950288L;
    T s = T(std::sin(rest)), c = T(std::cos(rest));
    switch (quarter & 3) {
    case 0: *sine = s, *cosine = c; break;
    case 1: *sine = c, *cosine = -s; break;
    case 2: *sine = -s, *cosine = -c; break;
    default: *sine = -c, *cosine = s;
    }
}
inline void sincospi(double angle, double *sine, double *cosine) { stand_in_sincospi(angle, sine, cosine); }
inline void sincospif(float angle, float *sine, float *cosine) { stand_in_sincospi(angle, sine, cosine); }

/// How many arguments a kernel has, each of them 64 bits that are handed over as an integer is.
template <class... Arguments> constexpr int stand_in_count(void (*)(Arguments...)) {
    static_assert(((std::is_integral_v<Arguments> || std::is_pointer_v<Arguments>) && ...), "integers and pointers alone");
    static_assert(((sizeof(Arguments) == 8) && ...), "64 bits each");
    static_assert(sizeof...(Arguments) <= 12, "12 at most");
    return int(sizeof...(Arguments));
}

#define KERNEL(name, count, parameters)                                                                                            \
    extern "C" {                                                                                                                   \
    __global__ void name parameters;                                                                                               \
    __global__ int name##_arguments = count;                                                                                       \
    }                                                                                                                              \
    static_assert(stand_in_count(name) == count, "the number of arguments of " #name);                                             \
    void name parameters

#define ALL_THREADS                                                                                                                \
    for (threadIdx.z = 0; threadIdx.z < blockDim.z; threadIdx.z++)                                                                 \
        for (threadIdx.y = 0; threadIdx.y < blockDim.y; threadIdx.y++)                                                             \
            for (threadIdx.x = 0; threadIdx.x < blockDim.x; threadIdx.x++)
