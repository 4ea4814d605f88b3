// Devices, and which of them a thread works on.
#include "parts.h"

#include <cstdio>

namespace stand_in {

// A context is a device and nothing else: only primary contexts are there.
constexpr uint64_t FIRST_CONTEXT = 0x700;
constexpr int MOST_DEVICES = 64;

static bool is_initialized = false;
static int retained[MOST_DEVICES];
/// The devices whose contexts a thread has made current, the last one on top.
static thread_local std::vector<int> stack;

int device_count() {
    static int count = int(number_of("HEFFTE_STAND_IN_DEVICES", 1));
    return count < 0 ? 0 : count < MOST_DEVICES ? count : MOST_DEVICES;
}

static bool is_device(int device) { return device >= 0 && device < device_count(); }

Result initialize(unsigned flags) {
    if (flags) return INVALID_VALUE;
    if (!device_count()) return NO_DEVICE;
    is_initialized = true;
    return SUCCESS;
}

Result have_device(Vendor vendor) {
    if (vendor == Vendor::HIP) {
        if (!device_count()) return NO_DEVICE;
        if (stack.empty()) stack.push_back(0);
        return SUCCESS;
    }
    if (!is_initialized) return NOT_INITIALIZED;
    if (stack.empty()) return INVALID_CONTEXT;
    return retained[stack.back()] ? SUCCESS : CONTEXT_IS_DESTROYED;
}

int current_device() { return stack.back(); }

Result set_device(int device) {
    if (!is_device(device)) return INVALID_DEVICE;
    stack.assign(1, device);
    return SUCCESS;
}

Result device_name(char *name, int length, int device) {
    if (!is_device(device)) return INVALID_DEVICE;
    if (!name || length <= 0) return INVALID_VALUE;
    std::snprintf(name, size_t(length), "stand-in for device %d", device);
    return SUCCESS;
}

Result device_attribute(int *value, int attribute, int device) {
    if (!is_device(device)) return INVALID_DEVICE;
    if (!value) return INVALID_VALUE;
    static const std::unordered_map<int, int> known = {
        {1, 1024}, {2, 1024},       {3, 1024},  {4, 64}, // most threads of a block, in all and along x, y, z
        {5, 0x7fffffff}, {6, 65535}, {7, 65535},         // most blocks along x, y, z
        {8, 49152},                                      // bytes that a block shares
        {10, 32},                                        // threads of a warp
        {16, 4},                                         // multiprocessors
        {75, 9}, {76, 0},                                // compute capability
    };
    auto found = known.find(attribute);
    *value = found == known.end() ? 1 : found->second;
    return SUCCESS;
}

Result retain_context(uint64_t *context, int device) {
    if (!is_initialized) return NOT_INITIALIZED;
    if (!is_device(device)) return INVALID_DEVICE;
    if (!context) return INVALID_VALUE;
    retained[device]++;
    live[CONTEXTS]++;
    *context = FIRST_CONTEXT + uint64_t(device);
    return SUCCESS;
}

Result release_context(int device) {
    if (!is_device(device)) return INVALID_DEVICE;
    if (!retained[device]) return INVALID_CONTEXT;
    retained[device]--;
    live[CONTEXTS]--;
    return SUCCESS;
}

static bool is_context(uint64_t context) {
    int device = int(context - FIRST_CONTEXT);
    return context >= FIRST_CONTEXT && is_device(device) && retained[device];
}

Result push_context(uint64_t context) {
    if (!is_context(context)) return INVALID_CONTEXT;
    stack.push_back(int(context - FIRST_CONTEXT));
    return SUCCESS;
}

Result pop_context(uint64_t *context) {
    if (stack.empty()) return INVALID_CONTEXT;
    if (context) *context = FIRST_CONTEXT + uint64_t(stack.back());
    stack.pop_back();
    return SUCCESS;
}

Result set_context(uint64_t context) {
    if (context && !is_context(context)) return INVALID_CONTEXT;
    if (!stack.empty()) stack.pop_back();
    if (context) stack.push_back(int(context - FIRST_CONTEXT));
    return SUCCESS;
}

Result get_context(uint64_t *context) {
    if (!context) return INVALID_VALUE;
    *context = stack.empty() ? 0 : FIRST_CONTEXT + uint64_t(stack.back());
    return SUCCESS;
}

} // namespace stand_in
