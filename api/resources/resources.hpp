#pragma once

#include "api/route.hpp"

// The handlers of routes.cpp, a file per resource.
namespace api {

// session.cpp
Response show_session(Call&);
Response open_session(Call&);
Response open_password_session(Call&);
Response show_ways(Call&);
Response close_session(Call&);

// openid.cpp
Response begin_openid(Call&);
Response end_openid(Call&);
Response leave_openid(Call&);

// sources.cpp
Response push(Call&);

// records.cpp
Response show_image(Call&);
Response show_blob(Call&);
Response show_media(Call&);

// service.cpp
Response stream_events(Call&);
Response stream_project(Call&);
Response show_openapi(Call&);

}  // namespace api
