#pragma once

// What the module libtilth_mpi.so offers the program, as C calls: the program itself knows nothing
// of MPI, and opens the module only where it was started by mpirun.
//
// One operation at a time: those between `join` and `done` begin one, and `done` says whether it
// has ended; its memory has to stay until then. Counts are of at most 2^30. What fails ends all
// processes, with the words of MPI.
struct MpiCalls {
    int version;
    void (*join)(int* rank, int* size);
    void (*sum_doubles)(double* values, int count);
    void (*sum_floats)(float* values, int count);
    void (*tell)(void* bytes, int count, int from);
    void (*send)(const void* bytes, int count, int to);
    void (*receive)(void* bytes, int count, int from);
    int (*done)();
    void (*end)();  // of what join() began
};

inline constexpr int mpi_calls_version = 1;
inline constexpr const char* mpi_calls_name = "tilth_mpi_calls";  // const MpiCalls* (*)()
