// How a library of a vendor names what the stand-in does. Each table is compiled once for each vendor, with VENDOR_CUDA or VENDOR_HIP.
#pragma once

#include "stand_in.h"

#ifdef VENDOR_CUDA
#define PICK(cuda, hip) cuda
#else
#define PICK(cuda, hip) hip
#endif

namespace {
constexpr stand_in::Vendor VENDOR = stand_in::Vendor::PICK(CUDA, HIP);

template <class Body> int call(const char *name, int failure, Body body) {
    stand_in::Call call(name);
    return call.is_refused ? failure : body();
}
} // namespace

#define TEXT_(name) #name
#define TEXT(name) TEXT_(name)

/// A function `name` that fails with `failure`, if it is to, and else returns what `body` says.
#define EXPORT(name, failure, parameters, body)                                                                                    \
    extern "C" __attribute__((visibility("default"))) int name parameters {                                                        \
        return call(TEXT(name), failure, [&]() -> int body);                                                                       \
    }
