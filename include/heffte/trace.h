// What the library and the program do when, written to files.
#ifndef HEFFTE_TRACE_FILE_H
#define HEFFTE_TRACE_FILE_H

#include "heffte/errors.h"

namespace heffte {

//! Something that took time.
struct event {
    std::string name;
    //! By MPI_Wtime.
    double start_time, duration;
};

namespace detail {

//! What the program has marked since its trace began, and the file of this rank.
struct trace {
    std::deque<event> marks;
    std::string file;

    //! One for all of the program, however many of its files include this.
    static trace &of_process() {
        static trace the_one;
        return the_one;
    }

    //! Forgets what was marked before.
    void begin(std::string const &root) {
        int me = 0;
        check_mpi(MPI_Comm_rank(MPI_COMM_WORLD, &me), "MPI_Comm_rank");
        marks.clear();
        file = root + "_" + std::to_string(me) + ".log";
    }
};

#if defined(__GNUC__)
#define HEFFTE_MAY_BE_UNUSED __attribute__((unused))
#else
#define HEFFTE_MAY_BE_UNUSED
#endif

} // namespace detail

//! The program's own events so far; those of the library are only in the files.
static std::deque<event> &event_log HEFFTE_MAY_BE_UNUSED = detail::trace::of_process().marks;
//! The log of this rank.
static std::string &log_filename HEFFTE_MAY_BE_UNUSED = detail::trace::of_process().file;

#undef HEFFTE_MAY_BE_UNUSED

//! Begins to record. finalize_tracing() will write a line for each event to `<root>_<rank in MPI_COMM_WORLD>.log`; and, where ranks
//! have made a plan together in between, `<root>.json`, which Chrome's and Perfetto's viewers open, and `<root>.txt`, a table.
/*!
 * After MPI_Init. Not collective. Throws std::runtime_error where this rank cannot write its log. Where the environment has
 * HEFFTE_TRACE, which traces the whole run, nothing happens.
 */
inline void init_tracing(std::string root) {
    detail::trace::of_process().begin(root);
    detail::check(heffte_abi_trace_start(root.c_str(), MPI_COMM_NULL));
}

//! The same for all ranks of `comm` together, whether they make plans or not. Collective; what is wrong on any rank is an
//! exception on all.
inline void init_tracing(std::string root, MPI_Comm comm) {
    detail::trace::of_process().begin(root);
    detail::check(heffte_abi_trace_start(root.c_str(), comm));
}

//! Ends recording and writes the files; does nothing without init_tracing(). Before MPI_Finalize. Collective over the ranks that
//! trace together. Throws std::runtime_error on all of them where any cannot write a file.
inline void finalize_tracing() {
    detail::trace::of_process().marks.clear();
    detail::check(heffte_abi_trace_stop());
}

//! An event of the program's own that begins with this object and ends with it.
struct add_trace {
    explicit add_trace(std::string name_of_event) : name(std::move(name_of_event)) {
        if (heffte_abi_trace_is_on())
            start = MPI_Wtime();
    }
    add_trace(add_trace const &) = delete;
    add_trace &operator=(add_trace const &) = delete;
    ~add_trace() {
        if (start < 0.0 || !heffte_abi_trace_is_on())
            return;
        heffte_abi_trace_mark(name.c_str(), start);
        try {
            event_log.push_back(event{std::move(name), start, MPI_Wtime() - start});
        } catch (...) {
            // Without memory for it, the event is only in the files.
        }
    }

  private:
    std::string name;
    double start = -1.0;
};

} // namespace heffte

#endif
