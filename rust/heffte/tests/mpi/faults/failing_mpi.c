/* Put before an MPI by LD_PRELOAD, lets calls fail when it is told to, and counts what is alive.
 *
 * A call that fails does nothing but what the MPI would do then: it calls the error handler of its communicator, and returns a code
 * that has words of its own. All functions are here that the library calls, so that nothing is made or freed behind its back. */

#include <mpi.h>
#include <stddef.h>

#define FUNCTIONS(X)                                                                                                               \
    X(MPI_Allgather) X(MPI_Allreduce) X(MPI_Alltoall) X(MPI_Alltoallv) X(MPI_Bcast) X(MPI_Comm_create_keyval) X(MPI_Comm_dup)      \
    X(MPI_Comm_free) X(MPI_Comm_free_keyval) X(MPI_Comm_get_errhandler) X(MPI_Comm_rank) X(MPI_Comm_set_attr)                      \
    X(MPI_Comm_set_errhandler) X(MPI_Comm_size) X(MPI_Comm_split) X(MPI_Comm_split_type) X(MPI_Errhandler_free)                    \
    X(MPI_Error_string) X(MPI_Finalized) X(MPI_Get_count) X(MPI_Get_library_version) X(MPI_Iallreduce) X(MPI_Initialized)          \
    X(MPI_Iprobe) X(MPI_Irecv) X(MPI_Isend) X(MPI_Recv) X(MPI_Send) X(MPI_Test) X(MPI_Wait) X(MPI_Waitall)      \
    X(MPI_Waitany)

#define NUMBER(name) OF_##name,
#define NAME(name) #name,
enum { FUNCTIONS(NUMBER) FUNCTION_COUNT };
static char const *const names[] = {FUNCTIONS(NAME)};

enum { COMMUNICATORS, REQUESTS, ERROR_HANDLERS, KEYS, OBJECT_COUNT };
static char const *const objects[] = {"communicators", "requests", "error handlers", "keys of attributes"};

static long calls[FUNCTION_COUNT], alive[OBJECT_COUNT];
static int armed = -1, struck;
static long which;

char const *failing_mpi_function(int number) { return number < FUNCTION_COUNT ? names[number] : NULL; }
char const *failing_mpi_object(int number) { return number < OBJECT_COUNT ? objects[number] : NULL; }
long failing_mpi_calls(int function) { return calls[function]; }
long failing_mpi_alive(int object) { return alive[object]; }

/* From now on the `call`-th call of a function fails, counted from 1; none with a function of -1. */
void failing_mpi_arm(int function, long call)
{
    for (int i = 0; i < FUNCTION_COUNT; i++)
        calls[i] = 0;
    armed = function;
    which = call;
    struck = 0;
}

/* Whether the call that was to fail has come. */
int failing_mpi_struck(void) { return struck; }

static int code_of_ours(void)
{
    static int code = MPI_SUCCESS;
    int class;
    if (code == MPI_SUCCESS) {
        PMPI_Add_error_class(&class);
        PMPI_Add_error_code(class, &code);
        PMPI_Add_error_string(code, "the failure that was asked for");
    }
    return code;
}

/* The code with which this call fails, if it is to. */
static int refused(int function, MPI_Comm comm)
{
    calls[function]++;
    if (function != armed || calls[function] != which)
        return MPI_SUCCESS;
    struck = 1;
    if (comm != MPI_COMM_NULL)
        PMPI_Comm_call_errhandler(comm, code_of_ours());
    return code_of_ours();
}

/* A call whose errors go to `comm`; where it went well, `after` is done. */
#define INSTEAD(name, comm, parameters, arguments, after)                                                                          \
    int name parameters                                                                                                            \
    {                                                                                                                              \
        int code = refused(OF_##name, comm);                                                                                       \
        if (code == MPI_SUCCESS && (code = P##name arguments) == MPI_SUCCESS) {                                                    \
            after;                                                                                                                 \
        }                                                                                                                          \
        return code;                                                                                                               \
    }
#define NOTHING (void)0
#define MADE(object, handle, null) alive[object] += (handle) != (null)
#define FREED(object) alive[object]--

INSTEAD(MPI_Allgather, comm,
        (void const *from, int sent, MPI_Datatype of, void *to, int got, MPI_Datatype as, MPI_Comm comm),
        (from, sent, of, to, got, as, comm), NOTHING)
INSTEAD(MPI_Allreduce, comm, (void const *from, void *to, int count, MPI_Datatype of, MPI_Op op, MPI_Comm comm),
        (from, to, count, of, op, comm), NOTHING)
INSTEAD(MPI_Alltoall, comm,
        (void const *from, int sent, MPI_Datatype of, void *to, int got, MPI_Datatype as, MPI_Comm comm),
        (from, sent, of, to, got, as, comm), NOTHING)
INSTEAD(MPI_Alltoallv, comm,
        (void const *from, int const sent[], int const at[], MPI_Datatype of, void *to, int const got[], int const put[],
         MPI_Datatype as, MPI_Comm comm),
        (from, sent, at, of, to, got, put, as, comm), NOTHING)
INSTEAD(MPI_Bcast, comm, (void *data, int count, MPI_Datatype of, int root, MPI_Comm comm), (data, count, of, root, comm), NOTHING)
INSTEAD(MPI_Comm_dup, comm, (MPI_Comm comm, MPI_Comm *made), (comm, made), MADE(COMMUNICATORS, *made, MPI_COMM_NULL))
INSTEAD(MPI_Comm_split, comm, (MPI_Comm comm, int color, int key, MPI_Comm *made), (comm, color, key, made),
        MADE(COMMUNICATORS, *made, MPI_COMM_NULL))
INSTEAD(MPI_Comm_split_type, comm, (MPI_Comm comm, int type, int key, MPI_Info info, MPI_Comm *made),
        (comm, type, key, info, made), MADE(COMMUNICATORS, *made, MPI_COMM_NULL))
INSTEAD(MPI_Comm_free, *comm, (MPI_Comm * comm), (comm), FREED(COMMUNICATORS))
INSTEAD(MPI_Comm_rank, comm, (MPI_Comm comm, int *rank), (comm, rank), NOTHING)
INSTEAD(MPI_Comm_size, comm, (MPI_Comm comm, int *size), (comm, size), NOTHING)
INSTEAD(MPI_Iprobe, comm, (int source, int tag, MPI_Comm comm, int *found, MPI_Status *status),
        (source, tag, comm, found, status), NOTHING)
INSTEAD(MPI_Iallreduce, comm,
        (void const *from, void *to, int count, MPI_Datatype of, MPI_Op op, MPI_Comm comm, MPI_Request *request),
        (from, to, count, of, op, comm, request), MADE(REQUESTS, *request, MPI_REQUEST_NULL))
INSTEAD(MPI_Irecv, comm, (void *to, int count, MPI_Datatype of, int source, int tag, MPI_Comm comm, MPI_Request *request),
        (to, count, of, source, tag, comm, request), MADE(REQUESTS, *request, MPI_REQUEST_NULL))
INSTEAD(MPI_Isend, comm, (void const *from, int count, MPI_Datatype of, int to, int tag, MPI_Comm comm, MPI_Request *request),
        (from, count, of, to, tag, comm, request), MADE(REQUESTS, *request, MPI_REQUEST_NULL))
INSTEAD(MPI_Recv, comm, (void *to, int count, MPI_Datatype of, int source, int tag, MPI_Comm comm, MPI_Status *status),
        (to, count, of, source, tag, comm, status), NOTHING)
INSTEAD(MPI_Send, comm, (void const *from, int count, MPI_Datatype of, int to, int tag, MPI_Comm comm),
        (from, count, of, to, tag, comm), NOTHING)

/* Errors of these belong to no communicator of the call. */
INSTEAD(MPI_Comm_create_keyval, MPI_COMM_NULL,
        (MPI_Comm_copy_attr_function * copy, MPI_Comm_delete_attr_function *delete, int *key, void *state),
        (copy, delete, key, state), MADE(KEYS, *key, MPI_KEYVAL_INVALID))
INSTEAD(MPI_Comm_free_keyval, MPI_COMM_NULL, (int *key), (key), FREED(KEYS))
INSTEAD(MPI_Comm_set_attr, MPI_COMM_NULL, (MPI_Comm comm, int key, void *value), (comm, key, value), NOTHING)
INSTEAD(MPI_Comm_get_errhandler, MPI_COMM_NULL, (MPI_Comm comm, MPI_Errhandler *handler), (comm, handler),
        MADE(ERROR_HANDLERS, *handler, MPI_ERRHANDLER_NULL))
INSTEAD(MPI_Comm_set_errhandler, MPI_COMM_NULL, (MPI_Comm comm, MPI_Errhandler handler), (comm, handler), NOTHING)
INSTEAD(MPI_Errhandler_free, MPI_COMM_NULL, (MPI_Errhandler * handler), (handler), FREED(ERROR_HANDLERS))
INSTEAD(MPI_Error_string, MPI_COMM_NULL, (int of, char *text, int *length), (of, text, length), NOTHING)
INSTEAD(MPI_Finalized, MPI_COMM_NULL, (int *is), (is), NOTHING)
INSTEAD(MPI_Initialized, MPI_COMM_NULL, (int *is), (is), NOTHING)
INSTEAD(MPI_Get_count, MPI_COMM_NULL, (MPI_Status const *status, MPI_Datatype of, int *count), (status, of, count), NOTHING)
INSTEAD(MPI_Get_library_version, MPI_COMM_NULL, (char *text, int *length), (text, length), NOTHING)

static long pending(int count, MPI_Request const requests[])
{
    long found = 0;
    for (int i = 0; i < count; i++)
        found += requests[i] != MPI_REQUEST_NULL;
    return found;
}

int MPI_Wait(MPI_Request *request, MPI_Status *status)
{
    int code = refused(OF_MPI_Wait, MPI_COMM_NULL);
    long const before = pending(1, request);
    if (code == MPI_SUCCESS)
        code = PMPI_Wait(request, status);
    alive[REQUESTS] += pending(1, request) - before;
    return code;
}

int MPI_Test(MPI_Request *request, int *is_over, MPI_Status *status)
{
    int code = refused(OF_MPI_Test, MPI_COMM_NULL);
    long const before = pending(1, request);
    if (code == MPI_SUCCESS)
        code = PMPI_Test(request, is_over, status);
    alive[REQUESTS] += pending(1, request) - before;
    return code;
}

int MPI_Waitall(int count, MPI_Request requests[], MPI_Status statuses[])
{
    int code = refused(OF_MPI_Waitall, MPI_COMM_NULL);
    long const before = pending(count, requests);
    if (code == MPI_SUCCESS)
        code = PMPI_Waitall(count, requests, statuses);
    alive[REQUESTS] += pending(count, requests) - before;
    return code;
}

int MPI_Waitany(int count, MPI_Request requests[], int *which_one, MPI_Status *status)
{
    int code = refused(OF_MPI_Waitany, MPI_COMM_NULL);
    long const before = pending(count, requests);
    if (code == MPI_SUCCESS)
        code = PMPI_Waitany(count, requests, which_one, status);
    alive[REQUESTS] += pending(count, requests) - before;
    return code;
}
