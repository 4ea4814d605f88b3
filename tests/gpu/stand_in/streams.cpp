// Streams and events. Work runs at once, or, with HEFFTE_STAND_IN_LAZY=1, not before somebody waits for it.
#include "parts.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <map>

namespace stand_in {

struct Stream {
    int device;
    /// Whether it and the default stream of its device wait for each other.
    bool is_blocking = true;
    std::deque<std::function<void()>> queue;
    uint64_t queued = 0, begun = 0;
};
using StreamPointer = std::shared_ptr<Stream>;

/// A place in the work of a stream: all that was given to it by then.
struct Place {
    StreamPointer stream;
    uint64_t position = 0;

    bool is_reached() const { return !stream || stream->begun >= position; }
    void reach() const {
        while (!is_reached()) {
            auto work = std::move(stream->queue.front());
            stream->queue.pop_front();
            stream->begun++;
            work();
        }
    }
};

struct Event {
    int device;
    bool is_timed;
    Place place;
    /// Of the record that was reached last, and in how many places it was recorded.
    std::chrono::steady_clock::time_point time;
    uint64_t records = 0;
};

static Handles<Stream> &streams() {
    static auto &all = *new Handles<Stream>(STREAMS);
    return all;
}

static Handles<Event> &events() {
    static auto &all = *new Handles<Event>(EVENTS);
    return all;
}

/// All streams with work, those among them that were destroyed, and the default streams.
static std::vector<StreamPointer> &known() {
    static auto &all = *new std::vector<StreamPointer>;
    return all;
}

static StreamPointer default_stream(int device) {
    static auto &all = *new std::map<int, StreamPointer>;
    StreamPointer &stream = all[device];
    if (!stream) {
        stream = std::make_shared<Stream>();
        stream->device = device;
        known().push_back(stream);
    }
    return stream;
}

static StreamPointer find(uint64_t stream) { return stream <= 1 ? default_stream(current_device()) : streams().find(stream); }

static Place now(const StreamPointer &stream) { return {stream, stream->queued}; }

bool is_lazy() {
    static bool lazy = number_of("HEFFTE_STAND_IN_LAZY", 0) != 0;
    return lazy;
}

bool is_stream_here(uint64_t stream) {
    StreamPointer found = find(stream);
    return found && found->device == current_device();
}

/// What has to be done before work that a stream is given now.
static std::vector<Place> before(const StreamPointer &stream) {
    std::vector<Place> places;
    if (!stream->is_blocking) return places;
    StreamPointer none = default_stream(stream->device);
    if (stream != none) {
        places.push_back(now(none));
        return places;
    }
    for (const StreamPointer &other : known())
        if (other != none && other->device == stream->device && other->is_blocking) places.push_back(now(other));
    return places;
}

static void submit_to(const StreamPointer &stream, std::function<void()> work) {
    stream->queue.push_back([places = before(stream), work = std::move(work)] {
        for (const Place &place : places) place.reach();
        work();
    });
    stream->queued++;
    if (!is_lazy()) now(stream).reach();
}

Result submit(uint64_t stream, std::function<void()> work) {
    StreamPointer found = find(stream);
    if (!found) return INVALID_HANDLE;
    submit_to(found, std::move(work));
    return SUCCESS;
}

Result create_stream(uint64_t *stream, unsigned flags) {
    if (!stream || flags > 1) return INVALID_VALUE;
    auto made = std::make_shared<Stream>();
    made->device = current_device();
    made->is_blocking = flags == 0;
    known().push_back(made);
    *stream = streams().add(made);
    return SUCCESS;
}

Result destroy_stream(uint64_t stream) {
    StreamPointer found = streams().find(stream);
    if (!found) return INVALID_HANDLE;
    streams().remove(stream);
    // Work that is left is done some time, as on a device.
    auto &all = known();
    if (now(found).is_reached()) all.erase(std::find(all.begin(), all.end(), found));
    return SUCCESS;
}

Result synchronize_stream(uint64_t stream) {
    StreamPointer found = find(stream);
    if (!found) return INVALID_HANDLE;
    // The default stream is done when what it waits for is.
    if (found == default_stream(found->device))
        for (const Place &place : before(found)) place.reach();
    now(found).reach();
    return SUCCESS;
}

Result synchronize_device() {
    // A copy: what runs may ask for a default stream that nobody knew of.
    const std::vector<StreamPointer> all = known();
    for (const StreamPointer &stream : all)
        if (stream->device == current_device()) now(stream).reach();
    return SUCCESS;
}

void finish_all_work() {
    const std::vector<StreamPointer> all = known();
    for (const StreamPointer &stream : all) now(stream).reach();
}

Result wait_event(uint64_t stream, uint64_t event, unsigned flags) {
    StreamPointer waiting = find(stream);
    auto found = events().find(event);
    if (!waiting || !found) return INVALID_HANDLE;
    if (flags) return INVALID_VALUE;
    submit_to(waiting, [place = found->place] { place.reach(); });
    return SUCCESS;
}

Result create_event(uint64_t *event, unsigned flags) {
    constexpr unsigned BLOCKING_SYNC = 1, DISABLE_TIMING = 2;
    if (!event || flags & ~(BLOCKING_SYNC | DISABLE_TIMING)) return INVALID_VALUE;
    auto made = std::make_shared<Event>();
    made->device = current_device();
    made->is_timed = !(flags & DISABLE_TIMING);
    *event = events().add(made);
    return SUCCESS;
}

Result record_event(uint64_t event, uint64_t stream) {
    StreamPointer recording = find(stream);
    auto found = events().find(event);
    if (!recording || !found || recording->device != found->device) return INVALID_HANDLE;
    uint64_t record = ++found->records;
    found->place = {recording, recording->queued + 1};
    submit_to(recording, [found, record] {
        if (found->records == record) found->time = std::chrono::steady_clock::now();
    });
    return SUCCESS;
}

Result synchronize_event(uint64_t event) {
    auto found = events().find(event);
    if (!found) return INVALID_HANDLE;
    found->place.reach();
    return SUCCESS;
}

Result query_event(uint64_t event) {
    auto found = events().find(event);
    if (!found) return INVALID_HANDLE;
    if (found->place.is_reached()) return SUCCESS;
    // Who asks until it is there has to come to an end.
    found->place.reach();
    return NOT_READY;
}

Result elapsed_time(float *milliseconds, uint64_t begin, uint64_t end) {
    auto first = events().find(begin), last = events().find(end);
    if (!milliseconds) return INVALID_VALUE;
    for (const auto &event : {first, last})
        if (!event || !event->is_timed || !event->records) return INVALID_HANDLE;
    if (!first->place.is_reached() || !last->place.is_reached()) return NOT_READY;
    *milliseconds = std::chrono::duration<float, std::milli>(last->time - first->time).count();
    return SUCCESS;
}

Result destroy_event(uint64_t event) { return events().remove(event) ? SUCCESS : INVALID_HANDLE; }

} // namespace stand_in
