// Checks that are counted over all ranks.
#ifndef CHECK_HPP
#define CHECK_HPP

#include <heffte.h>
#include <unistd.h>

// This rank and the number of ranks.
static int me = 0, ranks = 1;

static int check_failures = 0, check_cases_passed = 0, check_cases_failed = 0;

// Notes on this rank whether a condition holds. Not collective: ranks may check different things.
#define CHECK(...) check_note(static_cast<bool>(__VA_ARGS__), #__VA_ARGS__, __FILE__, __LINE__)

static inline void check_note(bool holds, char const *what, char const *file, int line) {
    if (holds)
        return;
    check_failures++;
    std::cout << file << ":" << line << ": rank " << me << ": not so: " << what << std::endl;
}

// Runs a case, which is a function named as a sentence. Collective: it passes where no check failed on any rank.
#define RUN(sentence) check_run(#sentence, sentence)

template <typename body_type> void check_run(char const *sentence, body_type body) {
    int const before = check_failures;
    try {
        body();
    } catch (std::exception const &e) {
        check_note(false, e.what(), sentence, 0);
    }
    int const mine = check_failures - before;
    int all = 0;
    MPI_Allreduce(&mine, &all, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
    (all == 0 ? check_cases_passed : check_cases_failed)++;
    if (all > 0 && me == 0)
        std::cout << "failed: " << sentence << std::endl;
}

// Starts MPI, and a clock that ends a program which hangs.
static inline void check_begin(int *argc, char ***argv) {
    alarm(80);
    MPI_Init(argc, argv);
    me = heffte::mpi::world_rank();
    ranks = heffte::mpi::comm_size(MPI_COMM_WORLD);
}

// Ends MPI and prints the closing line; returns the exit status, which is nonzero where a check failed.
static inline int check_end() {
    MPI_Finalize();
    if (me == 0)
        std::cout << check_cases_passed << " passed, " << check_cases_failed << " failed" << std::endl;
    return check_cases_failed > 0 || check_failures > 0;
}

#endif
