#pragma once

#include <memory>
#include <string_view>

#include "ingest/sources/api/http.hpp"
#include "ingest/sources/api/spec.hpp"
#include "ingest/sources/connector.hpp"

namespace ingest::api {

// A connector over the streams of `spec`, one after the other; a record's member is its stream, its
// file the address of its page.
//
// The cursor is JSON: the stream, the place of the page in hand, and how many of its records are
// done, with the page's hash. Going on, the page is asked for again; its done records are left out
// only if it has not changed meanwhile, else all of it is read again and stored ones are found
// unchanged. `bookmark` is what a complete earlier run left: the newest cursor values of
// incremental streams.
//
// look_ahead() asks for the first page of each stream that is still to come, and next() for none of
// them again.
//
// next() throws base::Error when a page cannot be had, when pages run in a circle or repeat, when
// the server's own count says that records are missing, when there are more pages than max_pages,
// and when the next page is on another origin (it would get the credentials). A rate limit that
// asks for a longer wait than the spec's ends the reading: next() returns false and parked() says
// until when.
std::unique_ptr<Connector> open_api(
    const Spec& spec,
    World world,
    std::string_view cursor = {},
    std::string_view bookmark = {}
);

}  // namespace ingest::api
