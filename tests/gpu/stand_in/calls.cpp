// Calls that are counted and fail when they are to, and what is alive.
#include "parts.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <mutex>
#include <unistd.h>

namespace stand_in {

int live[LIVE_COUNT];
static const char *const LIVE_NAMES[LIVE_COUNT] = {"memory", "pinned",   "streams", "events",  "modules",
                                                   "plans",  "contexts", "ipc",     "programs"};

static std::mutex &lock() {
    // Never destroyed: destructors of the program may still call.
    static std::mutex &mutex = *new std::mutex;
    return mutex;
}

long number_of(const char *variable, long otherwise) {
    const char *text = std::getenv(variable);
    return text && *text ? std::atol(text) : otherwise;
}

void die(const std::string &reason) {
    std::fprintf(stderr, "stand-in: %s\n", reason.c_str());
    std::abort();
}

uint64_t new_handle() {
    // Small numbers mean something to the vendors: 1 and 2 are streams.
    static uint64_t last = 0x1000;
    return last += 16;
}

// The call that is to fail, and how often each was called.
struct Plot {
    std::string name;
    long call = 0;
    bool has_struck = false, is_of_this_rank;
    int record = -1;
    std::unordered_map<std::string, long> calls;

    Plot() {
        const char *wanted = std::getenv("HEFFTE_STAND_IN_FAIL_RANK");
        long rank = number_of("PMI_RANK", number_of("OMPI_COMM_WORLD_RANK", 0));
        is_of_this_rank = !wanted || std::atol(wanted) == rank;
        if (!is_of_this_rank) return;
        if (const char *fail = std::getenv("HEFFTE_STAND_IN_FAIL")) {
            const char *colon = std::strchr(fail, ':');
            if (!colon) die(std::string("HEFFTE_STAND_IN_FAIL is to be name:number, not ") + fail);
            name.assign(fail, colon);
            call = std::atol(colon + 1);
        }
        if (const char *file = std::getenv("HEFFTE_STAND_IN_COUNT"))
            record = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    }
};

static Plot &plot() {
    static Plot &plot = *new Plot;
    return plot;
}

// "cuMemAlloc_v2" is known as "cuMemAlloc".
static std::string without_version(const char *name) {
    const char *suffix = std::strstr(name, "_v");
    return suffix ? std::string(name, suffix) : name;
}

/// Counts a call, and says whether it is to fail.
static bool refused(const char *full_name) {
    Plot &p = plot();
    std::string name = without_version(full_name);
    long count = ++p.calls[name];
    if (p.record >= 0) {
        // One write for each line: several processes append.
        std::string line = name + "\n";
        if (write(p.record, line.data(), line.size()) < 0) die("cannot write what HEFFTE_STAND_IN_COUNT names");
    }
    bool strikes = name == p.name && count == p.call;
    p.has_struck |= strikes;
    return strikes;
}

static bool locked_and_refused(const char *name) {
    lock().lock();
    return refused(name);
}

Call::Call(const char *name) : is_refused(locked_and_refused(name)) {}
Call::~Call() { lock().unlock(); }

static __attribute__((destructor)) void census() {
    if (!number_of("HEFFTE_STAND_IN_CENSUS", 0)) return;
    for (int i = 0; i < LIVE_COUNT; i++)
        if (live[i]) std::fprintf(stderr, "stand-in: %d %s left\n", live[i], LIVE_NAMES[i]);
}

/// How many are alive of "memory", "pinned", "streams", "events", "modules", "plans", "contexts", "ipc", "programs"; -1 for others.
extern "C" int heffte_stand_in_live(const char *what) {
    std::lock_guard<std::mutex> guard(lock());
    for (int i = 0; i < LIVE_COUNT; i++)
        if (std::strcmp(what, LIVE_NAMES[i]) == 0) return live[i];
    return -1;
}

/// From now on the `call`-th call of a function fails, counted from 1; none with a call of 0. All counts begin anew.
extern "C" void heffte_stand_in_arm(const char *name, long call) {
    std::lock_guard<std::mutex> guard(lock());
    plot().name = name;
    plot().call = call;
    plot().has_struck = false;
    plot().calls.clear();
}

/// Whether the call that was to fail has come.
extern "C" int heffte_stand_in_struck(void) {
    std::lock_guard<std::mutex> guard(lock());
    return plot().has_struck;
}

/// How often a function was called since it was armed.
extern "C" long heffte_stand_in_calls(const char *name) {
    std::lock_guard<std::mutex> guard(lock());
    return plot().calls[name];
}

} // namespace stand_in
