// What the parts of the stand-in have from each other.
#pragma once

#include "stand_in.h"

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace stand_in {

// calls.cpp

/// What is alive.
enum Live { MEMORY, PINNED, STREAMS, EVENTS, MODULES, PLANS, CONTEXTS, IPC, PROGRAMS, LIVE_COUNT };
extern int live[LIVE_COUNT];

/// The number that a variable of the environment has, or `otherwise`.
long number_of(const char *variable, long otherwise);
/// Ends the program: what cannot be told by an error of the vendor.
[[noreturn]] void die(const std::string &reason);

// A handle is a number that is given once: one that was destroyed is never that of something else.
uint64_t new_handle();

template <class T> class Handles {
  public:
    explicit Handles(Live what) : what(what) {}
    uint64_t add(std::shared_ptr<T> object) {
        uint64_t handle = new_handle();
        objects[handle] = std::move(object);
        live[what]++;
        return handle;
    }
    std::shared_ptr<T> find(uint64_t handle) const {
        auto found = objects.find(handle);
        return found == objects.end() ? nullptr : found->second;
    }
    bool remove(uint64_t handle) {
        bool was_there = objects.erase(handle) == 1;
        live[what] -= was_there;
        return was_there;
    }

  private:
    Live what;
    std::unordered_map<uint64_t, std::shared_ptr<T>> objects;
};

// memory.cpp

/// Whether so many bytes lie in one allocation of a device.
bool is_on_device(Address address, size_t size);
/// Whether something of the program's is there that no device reaches.
bool is_of_host_alone(Address address);

/// Lets the stand-in itself read and write the memory of devices while it lives.
class Unprotected {
  public:
    Unprotected();
    ~Unprotected();
    Unprotected(const Unprotected &) = delete;
};

/// What memory holds that nobody has written: not a number, in any precision.
constexpr unsigned char GARBAGE = 0xff;

// streams.cpp

bool is_lazy();
/// Whether it is a stream of this thread's device.
bool is_stream_here(uint64_t stream);
/// Runs `work` on a stream: at once, or when somebody waits for it.
Result submit(uint64_t stream, std::function<void()> work);
/// Before something goes that work of any stream may use; the vendors wait then, too.
void finish_all_work();
// modules.cpp

/// What a compiled program begins with; then comes a shared object of `size` bytes.
struct ImageHeader {
    char magic[8];
    uint64_t size;
};
constexpr char IMAGE_MAGIC[8] = {'h', 'e', 'f', 'f', 't', 'e', '-', 'k'};

} // namespace stand_in
