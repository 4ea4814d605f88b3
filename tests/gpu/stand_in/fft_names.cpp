// libcufft and libhipfft.
#include "names.h"

#include <cstring>

using namespace stand_in;

namespace {
// A plan is a number for cuFFT, a pointer for hipFFT.
using Plan = PICK(int, uint64_t);
using Handle = uint64_t;

int failure_of(const char *name) { return std::strstr(name, "Exec") ? FFT_EXEC_FAILED : FFT_ALLOC_FAILED; }

template <class Body> int on_device(Body body) { return have_device(VENDOR) == SUCCESS ? body() : FFT_SETUP_FAILED; }

int create(Plan *plan) {
    if (!plan) return FFT_INVALID_VALUE;
    uint64_t handle;
    FftResult result = create_plan(&handle);
    *plan = Plan(handle);
    return result;
}

uint64_t handle(Plan plan) { return uint64_t(plan); }
} // namespace

#define CALL(name, parameters, body) EXPORT(name, failure_of(TEXT(name)), parameters, { return body; })
/// What needs no device, and what does.
#define ANYWHERE(rest, parameters, body) CALL(PICK(cufft##rest, hipfft##rest), parameters, body)
#define BOTH(rest, parameters, body) ANYWHERE(rest, parameters, on_device([&]() -> int { return body; }))

BOTH(Create, (Plan * plan), create(plan))
ANYWHERE(Destroy, (Plan plan), destroy_plan(handle(plan)))
ANYWHERE(SetAutoAllocation, (Plan plan, int automatic), set_auto_allocation(handle(plan), automatic))
BOTH(MakePlanMany64,
     (Plan plan, int rank, const long long *lengths, const long long *in_embed, long long in_stride, long long in_distance,
      const long long *out_embed, long long out_stride, long long out_distance, int type, long long batch, size_t *work_size),
     make_plan(handle(plan), rank, lengths, Side64{in_embed, in_stride, in_distance}, Side64{out_embed, out_stride, out_distance}, type,
               batch, work_size))
ANYWHERE(SetWorkArea, (Plan plan, Address area), set_work_area(handle(plan), area))
BOTH(SetStream, (Plan plan, Handle stream), set_plan_stream(handle(plan), stream))
ANYWHERE(GetSize, (Plan plan, size_t *work_size), plan_size(handle(plan), work_size))
ANYWHERE(GetVersion, (int *version), (*version = PICK(11303, 10016), FFT_SUCCESS))

BOTH(ExecC2C, (Plan plan, Address in, Address out, int direction), execute(handle(plan), 0x29, in, out, direction))
BOTH(ExecR2C, (Plan plan, Address in, Address out), execute(handle(plan), 0x2a, in, out, -1))
BOTH(ExecC2R, (Plan plan, Address in, Address out), execute(handle(plan), 0x2c, in, out, 1))
BOTH(ExecZ2Z, (Plan plan, Address in, Address out, int direction), execute(handle(plan), 0x69, in, out, direction))
BOTH(ExecD2Z, (Plan plan, Address in, Address out), execute(handle(plan), 0x6a, in, out, -1))
BOTH(ExecZ2D, (Plan plan, Address in, Address out), execute(handle(plan), 0x6c, in, out, 1))
