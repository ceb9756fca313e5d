// All that tilth says to MPI. Compiled into a module of its own that names no library it needs: the
// program opens that of MPI before it, so that a package of tilth does not ask for MPI.
#include <mpi.h>

#include "training/company/mpi_calls.hpp"

namespace {

MPI_Request under_way = MPI_REQUEST_NULL;

void join(int* rank, int* size) {
    int given = 0;
    MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &given);
    MPI_Comm_rank(MPI_COMM_WORLD, rank);
    MPI_Comm_size(MPI_COMM_WORLD, size);
}

// Each value is added in one tree, whose result goes to all: the same bits for each.
void sum_doubles(double* values, int count) {
    MPI_Iallreduce(MPI_IN_PLACE, values, count, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD, &under_way);
}

void sum_floats(float* values, int count) {
    MPI_Iallreduce(MPI_IN_PLACE, values, count, MPI_FLOAT, MPI_SUM, MPI_COMM_WORLD, &under_way);
}

void tell(void* bytes, int count, int from) {
    MPI_Ibcast(bytes, count, MPI_BYTE, from, MPI_COMM_WORLD, &under_way);
}

void send(const void* bytes, int count, int to) {
    MPI_Isend(bytes, count, MPI_BYTE, to, 0, MPI_COMM_WORLD, &under_way);
}

void receive(void* bytes, int count, int from) {
    MPI_Irecv(bytes, count, MPI_BYTE, from, 0, MPI_COMM_WORLD, &under_way);
}

int done() {
    int ended = 0;
    MPI_Test(&under_way, &ended, MPI_STATUS_IGNORE);
    return ended;
}

void end() {
    MPI_Finalize();
}

constexpr MpiCalls
    calls{mpi_calls_version, join, sum_doubles, sum_floats, tell, send, receive, done, end};

}  // namespace

extern "C" __attribute__((visibility("default"))) const MpiCalls* tilth_mpi_calls() {
    return &calls;
}
