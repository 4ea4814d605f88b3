// Marks of what a program does when, written to a file for each rank.
#ifndef HEFFTE_TRACE_FILE_H
#define HEFFTE_TRACE_FILE_H

#include "heffte/standard.h"

namespace heffte {

//! Something that took time.
struct event {
    std::string name;
    //! By MPI_Wtime.
    double start_time, duration;
};

namespace detail {

//! What is recorded in this process.
struct trace {
    std::deque<event> events;
    std::string file;
    bool is_on = false;

    //! One for all of the program, however many of its files include this.
    static trace &of_process() {
        static trace the_one;
        return the_one;
    }
};

//! Writes one line for each event.
inline void write_events(std::ostream &os, std::deque<event> const &events) {
    os.precision(12);
    for (auto const &e : events)
        os << std::setw(40) << e.name << std::setw(20) << e.start_time << std::setw(20) << e.duration << "\n";
}

#if defined(__GNUC__)
#define HEFFTE_MAY_BE_UNUSED __attribute__((unused))
#else
#define HEFFTE_MAY_BE_UNUSED
#endif

} // namespace detail

//! The events so far.
static std::deque<event> &event_log HEFFTE_MAY_BE_UNUSED = detail::trace::of_process().events;
//! The file that they are for.
static std::string &log_filename HEFFTE_MAY_BE_UNUSED = detail::trace::of_process().file;

#undef HEFFTE_MAY_BE_UNUSED

//! Begins to record; the file will be `<root>_<rank among all>.log`. After MPI_Init.
inline void init_tracing(std::string root) {
    int me = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &me);
    detail::trace &trace = detail::trace::of_process();
    trace.events.clear();
    trace.file = root + "_" + std::to_string(me) + ".log";
    trace.is_on = true;
}

//! Writes what was recorded since init_tracing(), and ends recording. Before MPI_Finalize. Throws std::runtime_error where the
//! file cannot be written.
inline void finalize_tracing() {
    detail::trace &trace = detail::trace::of_process();
    if (!trace.is_on)
        return;
    trace.is_on = false;
    std::ofstream file(trace.file);
    detail::write_events(file, trace.events);
    trace.events.clear();
    file.close();
    if (!file)
        throw std::runtime_error("heffte::finalize_tracing: cannot write " + trace.file);
}

//! An event that begins with this object and ends with it.
struct add_trace {
    explicit add_trace(std::string name_of_event) : name(std::move(name_of_event)) {
        if (detail::trace::of_process().is_on)
            start = MPI_Wtime();
    }
    add_trace(add_trace const &) = delete;
    add_trace &operator=(add_trace const &) = delete;
    ~add_trace() {
        detail::trace &trace = detail::trace::of_process();
        if (!trace.is_on || start < 0.0)
            return;
        try {
            trace.events.push_back(event{std::move(name), start, MPI_Wtime() - start});
        } catch (...) {
            // Without memory for the event, it is missing from the file.
        }
    }

  private:
    std::string name;
    double start = -1.0;
};

} // namespace heffte

#endif
