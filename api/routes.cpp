#include "api/resources/resources.hpp"
#include "api/verb_routes.hpp"

namespace api {

namespace {

constexpr auto get = Method::get;
constexpr auto post = Method::post;
constexpr auto del = Method::del;

// The whole HTTP interface. openapi.cpp describes it from here.
// clang-format off
constexpr Route table[] = {
    {get, "/api/v1/openapi.json", anyone, show_openapi, "describe", "This description", "", "", "*/*"},
    {get, "/api/v1/events", everyone, stream_events, "watch", "Progress as server-sent events; another of the same tab ends the one before", "tab", "", "*/*"},
    {get, "/api/v1/projects/{project}/events", everyone, stream_project, "watchProject", "What happens in a labeling project as server-sent events", "", "", "*/*"},

    {get, "/api/v1/session", everyone, show_session, "showSession", "Who is signed in", "", "", "Session"},
    {post, "/api/v1/session", anyone, open_session, "openSession", "Sign in by a link's token", "", "SignIn", "Session", 201, true},
    {post, "/api/v1/session/password", anyone, open_password_session, "openPasswordSession", "Sign in by name and password", "", "PasswordSignIn", "Session", 201, true, false, true},
    {get, "/api/v1/session/oidc", anyone, begin_openid, "beginOidc", "To the page of the OpenID Connect provider", "", "", "*/*", 302, false, false, true},
    {get, "/api/v1/session/oidc/callback", anyone, end_openid, "endOidc", "Back from there, with a session", "code state error", "", "*/*", 302, false, false, true},
    {get, "/api/v1/session/oidc/end", anyone, leave_openid, "leaveOidc", "To the page where one signs out of the provider, after one did here", "", "", "*/*", 302, false, false, true},
    {get, "/api/v1/sign-in", anyone, show_ways, "showSignIn", "Which ways to sign in there are beside links", "", "", "WaysToSignIn"},
    {del, "/api/v1/session", everyone, close_session, "closeSession", "Sign out", "", "", "", 204},

    {post, "/api/v1/push/{source}", anyone, push, "push", "A webhook in the Standard Webhooks form; its signature is its proof", "", "AnyValue", "AnyValue"},

    {get, "/api/v1/records/{id}/image", everyone, show_image, "showImage", "Its picture; a labeler sees those of tasks handed out to him", "key version", "", "*/*"},
    {get, "/api/v1/records/{id}/media", everyone, show_media, "showMedia", "Its sound, film, document or page, or a part of it by Range; a labeler sees those of tasks handed out to him", "key version", "", "*/*"},
    {get, "/api/v1/records/{id}/blob", analysts, show_blob, "showBlob", "Its bytes as received, for download", "key version", "", "*/*"},
};
// clang-format on

}  // namespace

std::span<const Route> routes() {
    static const auto all = [] {
        std::vector<Route> list(std::begin(table), std::end(table));
        for (const auto& route : verb_routes()) list.push_back(route);
        return list;
    }();
    return all;
}

}  // namespace api
