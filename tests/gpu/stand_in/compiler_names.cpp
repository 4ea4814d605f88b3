// libnvrtc and libhiprtc.
#include "names.h"

using namespace stand_in;

namespace {
using Handle = uint64_t;

struct Error {
    int number;
    const char *name;
};
const Error ERRORS[] = {
    {COMPILER_SUCCESS, PICK("NVRTC_SUCCESS", "HIPRTC_SUCCESS")},
    {COMPILER_INVALID_INPUT, PICK("NVRTC_ERROR_INVALID_INPUT", "HIPRTC_ERROR_INVALID_INPUT")},
    {COMPILER_INVALID_PROGRAM, PICK("NVRTC_ERROR_INVALID_PROGRAM", "HIPRTC_ERROR_INVALID_PROGRAM")},
    {COMPILER_INVALID_OPTION, PICK("NVRTC_ERROR_INVALID_OPTION", "HIPRTC_ERROR_INVALID_OPTION")},
    {COMPILER_COMPILATION, PICK("NVRTC_ERROR_COMPILATION", "HIPRTC_ERROR_COMPILATION")},
    {COMPILER_INTERNAL_ERROR, PICK("NVRTC_ERROR_INTERNAL_ERROR", "HIPRTC_ERROR_INTERNAL_ERROR")},
};
} // namespace

#define CALL(name, parameters, body) EXPORT(name, COMPILER_INTERNAL_ERROR, parameters, { return body; })
#define BOTH(rest, parameters, body) CALL(PICK(nvrtc##rest, hiprtc##rest), parameters, body)

BOTH(Version, (int *major, int *minor), (*major = PICK(12, 6), *minor = PICK(8, 2), COMPILER_SUCCESS))
BOTH(CreateProgram,
     (Handle * program, const char *source, const char *, int headers, const char *const *texts, const char *const *names),
     create_program(program, source, headers, texts, names))
BOTH(CompileProgram, (Handle program, int count, const char *const *options), compile(program, count, options))
BOTH(DestroyProgram, (Handle * program), destroy_program(program))
BOTH(GetProgramLogSize, (Handle program, size_t *size), log_size(program, size))
BOTH(GetProgramLog, (Handle program, char *text), log(program, text))

CALL(PICK(nvrtcGetCUBINSize, hiprtcGetCodeSize), (Handle program, size_t *size), image_size(program, false, size))
CALL(PICK(nvrtcGetCUBIN, hiprtcGetCode), (Handle program, char *bytes), image(program, false, bytes))

#ifdef VENDOR_CUDA
CALL(nvrtcGetPTXSize, (Handle program, size_t *size), image_size(program, true, size))
CALL(nvrtcGetPTX, (Handle program, char *bytes), image(program, true, bytes))
CALL(nvrtcGetNumSupportedArchs, (int *count), (*count = architecture_count, COMPILER_SUCCESS))
EXPORT(nvrtcGetSupportedArchs, COMPILER_INTERNAL_ERROR, (int *numbers), {
    for (int i = 0; i < architecture_count; i++) numbers[i] = architectures[i];
    return COMPILER_SUCCESS;
})
#endif

extern "C" __attribute__((visibility("default"))) const char *PICK(nvrtcGetErrorString, hiprtcGetErrorString)(int number) {
    for (const Error &error : ERRORS)
        if (error.number == number) return error.name;
    return PICK("NVRTC_ERROR unknown", "HIPRTC_ERROR_UNKNOWN");
}
