// libcuda and libamdhip64.
#include "names.h"

#include <cstring>

using namespace stand_in;

namespace {
using Handle = uint64_t;

int failure_of(const char *name) { return std::strstr(name, "lloc") ? OUT_OF_MEMORY : LAUNCH_FAILED; }

template <class Body> int on_device(Body body) {
    Result result = have_device(VENDOR);
    return result == SUCCESS ? body() : result;
}

struct Error {
    int number;
    const char *name, *meaning;
};
const Error ERRORS[] = {
    {SUCCESS, PICK("CUDA_SUCCESS", "hipSuccess"), "no error"},
    {INVALID_VALUE, PICK("CUDA_ERROR_INVALID_VALUE", "hipErrorInvalidValue"), "invalid argument"},
    {OUT_OF_MEMORY, PICK("CUDA_ERROR_OUT_OF_MEMORY", "hipErrorOutOfMemory"), "out of memory"},
    {NOT_INITIALIZED, PICK("CUDA_ERROR_NOT_INITIALIZED", "hipErrorNotInitialized"), "initialization error"},
    {NO_DEVICE, PICK("CUDA_ERROR_NO_DEVICE", "hipErrorNoDevice"), "no device is detected"},
    {INVALID_DEVICE, PICK("CUDA_ERROR_INVALID_DEVICE", "hipErrorInvalidDevice"), "invalid device ordinal"},
    {INVALID_IMAGE, PICK("CUDA_ERROR_INVALID_IMAGE", "hipErrorInvalidImage"), "device kernel image is invalid"},
    {INVALID_CONTEXT, PICK("CUDA_ERROR_INVALID_CONTEXT", "hipErrorInvalidContext"), "invalid device context"},
    {INVALID_HANDLE, PICK("CUDA_ERROR_INVALID_HANDLE", "hipErrorInvalidHandle"), "invalid resource handle"},
    {NOT_FOUND, PICK("CUDA_ERROR_NOT_FOUND", "hipErrorNotFound"), "named symbol not found"},
    {NOT_READY, PICK("CUDA_ERROR_NOT_READY", "hipErrorNotReady"), "device not ready"},
    {ILLEGAL_ADDRESS, PICK("CUDA_ERROR_ILLEGAL_ADDRESS", "hipErrorIllegalAddress"), "an illegal memory access was encountered"},
    {CONTEXT_IS_DESTROYED, PICK("CUDA_ERROR_CONTEXT_IS_DESTROYED", "hipErrorContextIsDestroyed"), "context is destroyed"},
    {LAUNCH_FAILED, PICK("CUDA_ERROR_LAUNCH_FAILED", "hipErrorLaunchFailure"), "unspecified launch failure"},
    {NOT_SUPPORTED, PICK("CUDA_ERROR_NOT_SUPPORTED", "hipErrorNotSupported"), "operation not supported"},
};

const Error *error_of(int number) {
    for (const Error &error : ERRORS)
        if (error.number == number) return &error;
    return nullptr;
}
} // namespace

/// What needs no device.
#define ANYWHERE(name, parameters, body) EXPORT(name, failure_of(TEXT(name)), parameters, { return body; })
/// What both have, with the same parameters.
#define BOTH_ANYWHERE(cuda, hip, parameters, body) ANYWHERE(PICK(cuda, hip), parameters, body)
/// What is done on the device of the calling thread.
#define ON_DEVICE(name, parameters, body)                                                                                          \
    ANYWHERE(name, parameters, on_device([&]() -> int { return body; }))
#define BOTH(cuda, hip, parameters, body) ON_DEVICE(PICK(cuda, hip), parameters, body)

BOTH_ANYWHERE(cuInit, hipInit, (unsigned flags), initialize(flags))
BOTH_ANYWHERE(cuDeviceGetName, hipDeviceGetName, (char *name, int length, int device), device_name(name, length, device))

BOTH(cuMemAlloc_v2, hipMalloc, (Address * address, size_t size), allocate(VENDOR, address, size))
BOTH(cuMemFree_v2, hipFree, (Address address), release(address))
BOTH(cuMemHostAlloc, hipHostMalloc, (Address * address, size_t size, unsigned), allocate_pinned(address, size))
BOTH(cuMemFreeHost, hipHostFree, (Address address), release_pinned(address))
BOTH(cuMemGetInfo_v2, hipMemGetInfo, (size_t * free, size_t *total), memory_info(free, total))
BOTH_ANYWHERE(cuPointerGetAttribute, hipPointerGetAttribute, (void *data, int attribute, Address address),
     have_device(VENDOR) == NOT_INITIALIZED ? NOT_INITIALIZED : pointer_attribute(VENDOR, data, attribute, address))
BOTH(cuIpcGetMemHandle, hipIpcGetMemHandle, (IpcHandle * handle, Address address), get_handle(handle, address))
BOTH(cuIpcOpenMemHandle_v2, hipIpcOpenMemHandle, (Address * address, IpcHandle handle, unsigned flags),
     open_handle(address, handle, flags))
BOTH(cuIpcCloseMemHandle, hipIpcCloseMemHandle, (Address address), close_handle(address))

BOTH(cuStreamCreate, hipStreamCreateWithFlags, (Handle * stream, unsigned flags), create_stream(stream, flags))
BOTH(cuStreamDestroy_v2, hipStreamDestroy, (Handle stream), destroy_stream(stream))
BOTH(cuStreamSynchronize, hipStreamSynchronize, (Handle stream), synchronize_stream(stream))
BOTH(cuStreamWaitEvent, hipStreamWaitEvent, (Handle stream, Handle event, unsigned flags), wait_event(stream, event, flags))
BOTH(cuCtxSynchronize, hipDeviceSynchronize, (), synchronize_device())
BOTH(cuEventCreate, hipEventCreateWithFlags, (Handle * event, unsigned flags), create_event(event, flags))
BOTH(cuEventRecord, hipEventRecord, (Handle event, Handle stream), record_event(event, stream))
BOTH(cuEventSynchronize, hipEventSynchronize, (Handle event), synchronize_event(event))
BOTH(cuEventQuery, hipEventQuery, (Handle event), query_event(event))
BOTH(cuEventElapsedTime, hipEventElapsedTime, (float *milliseconds, Handle begin, Handle end), elapsed_time(milliseconds, begin, end))
BOTH(cuEventDestroy_v2, hipEventDestroy, (Handle event), destroy_event(event))

BOTH(cuModuleLoadData, hipModuleLoadData, (Handle * module, const void *image), load_module(module, image))
BOTH(cuModuleGetFunction, hipModuleGetFunction, (Handle * function, Handle module, const char *name),
     get_function(function, module, name))
BOTH(cuModuleUnload, hipModuleUnload, (Handle module), unload_module(module))
BOTH(cuLaunchKernel, hipModuleLaunchKernel,
     (Handle function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned shared, Handle stream,
      void **parameters, void **extra),
     launch(function, Dimensions{gx, gy, gz}, Dimensions{bx, by, bz}, shared, stream, parameters, extra))

/// Stores a value, where there is room for one.
template <class T> static int store(T *where, T value) {
    if (!where) return INVALID_VALUE;
    *where = value;
    return SUCCESS;
}

#ifdef VENDOR_CUDA

ANYWHERE(cuDriverGetVersion, (int *version), store(version, 12080))
ANYWHERE(cuDeviceGetCount, (int *count), store(count, device_count()))
ANYWHERE(cuDeviceGet, (int *device, int ordinal), ordinal >= 0 && ordinal < device_count() ? store(device, ordinal) : INVALID_DEVICE)
ANYWHERE(cuDeviceGetAttribute, (int *value, int attribute, int device), device_attribute(value, attribute, device))
ANYWHERE(cuDevicePrimaryCtxRetain, (uint64_t * context, int device), retain_context(context, device))
ANYWHERE(cuDevicePrimaryCtxRelease_v2, (int device), release_context(device))
ANYWHERE(cuCtxPushCurrent_v2, (uint64_t context), push_context(context))
ANYWHERE(cuCtxPopCurrent_v2, (uint64_t * context), pop_context(context))
ANYWHERE(cuCtxSetCurrent, (uint64_t context), set_context(context))
ANYWHERE(cuCtxGetCurrent, (uint64_t * context), get_context(context))
ON_DEVICE(cuCtxGetDevice, (int *device), store(device, current_device()))

ON_DEVICE(cuMemAllocHost_v2, (Address * address, size_t size), allocate_pinned(address, size))
ON_DEVICE(cuMemcpy, (Address to, Address from, size_t size), copy_now(to, from, size))
ON_DEVICE(cuMemcpyAsync, (Address to, Address from, size_t size, Handle stream), copy(to, Side::ANY, from, Side::ANY, size, stream))
ON_DEVICE(cuMemcpyDtoHAsync_v2, (Address to, Address from, size_t size, Handle stream),
          copy(to, Side::HOST, from, Side::DEVICE, size, stream))
ON_DEVICE(cuMemcpyHtoDAsync_v2, (Address to, Address from, size_t size, Handle stream),
          copy(to, Side::DEVICE, from, Side::HOST, size, stream))
ON_DEVICE(cuMemcpyDtoDAsync_v2, (Address to, Address from, size_t size, Handle stream),
          copy(to, Side::DEVICE, from, Side::DEVICE, size, stream))
ON_DEVICE(cuMemsetD8Async, (Address to, unsigned char value, size_t size, Handle stream), fill(to, value, size, stream))

ANYWHERE(cuGetErrorName, (int number, const char **text),
         error_of(number) ? store(text, error_of(number)->name) : (store<const char *>(text, nullptr), int(INVALID_VALUE)))
ANYWHERE(cuGetErrorString, (int number, const char **text),
         error_of(number) ? store(text, error_of(number)->meaning) : (store<const char *>(text, nullptr), int(INVALID_VALUE)))

#else

ANYWHERE(hipRuntimeGetVersion, (int *version), store(version, 60200000))
ANYWHERE(hipGetDeviceCount, (int *count), store(count, device_count()) == SUCCESS && !device_count() ? NO_DEVICE : SUCCESS)
ON_DEVICE(hipGetDevice, (int *device), store(device, current_device()))
ANYWHERE(hipSetDevice, (int device), set_device(device))
ANYWHERE(hipDeviceComputeCapability, (int *major, int *minor, int device),
         device_attribute(major, 75, device) || device_attribute(minor, 76, device) ? INVALID_DEVICE : SUCCESS)

static Side side_of(bool is_device, int kind) { return kind == 4 ? Side::ANY : is_device ? Side::DEVICE : Side::HOST; }

ON_DEVICE(hipMemcpyAsync, (Address to, Address from, size_t size, int kind, Handle stream),
          kind < 0 || kind > 4 ? INVALID_VALUE : copy(to, side_of(kind & 1, kind), from, side_of(kind & 2, kind), size, stream))
ON_DEVICE(hipMemsetAsync, (Address to, int value, size_t size, Handle stream), fill(to, static_cast<unsigned char>(value), size, stream))
ON_DEVICE(hipStreamCreate, (Handle * stream), create_stream(stream, 0))
ON_DEVICE(hipEventCreate, (Handle * event), create_event(event, 0))

extern "C" const char *hipGetErrorName(int number) { return error_of(number) ? error_of(number)->name : "hipErrorUnknown"; }
extern "C" const char *hipGetErrorString(int number) { return error_of(number) ? error_of(number)->meaning : "unknown error"; }

#endif
