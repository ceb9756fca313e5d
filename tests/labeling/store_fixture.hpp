#pragma once

#include <string>
#include <vector>

#include "labeling/store.hpp"
#include "tests/support/test_database.hpp"

// A source of records and a project on it.
struct LabelingWorld {
    explicit LabelingWorld(std::size_t connections = 4) : db(connections) {}

    test::TestDatabase db;

    labeling::Time now() const;                     // moves a millisecond at each call
    labeling::Time later(std::chrono::seconds by);  // moves the clock
    // Adds records "r0", "r1", .. to source "s"; record i has the payload {"kind": kinds[i % size],
    // "deep": {"n": i}}.
    void add_records(int n, const std::vector<std::string>& kinds);
    labeling::StoredProject add_project(const std::string& toml_tail = "overlap = 1\n");
    std::int64_t add_user(const std::string& name);
    void enqueue_all();
    std::int64_t check(const std::string& sql) { return db.number(sql); }
    // Counters of tasks agree with leases and annotations, and nobody answered a task twice.
    void check_sums();
    void check_tally();

    labeling::StoredProject project;

private:
    mutable labeling::Time clock_ = std::chrono::system_clock::from_time_t(1'700'000'000);
};

std::string record_name(int i);
