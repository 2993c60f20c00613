#pragma once

// Result<T>: a value, or the Error that stands in its place. For what can happen in a hospital;
// our own bugs go through HZ_CHECK (check.h).

#include <tl/expected.hpp>

#include <huizhen/base/error.h>

namespace huizhen {

template <typename T>
using Result = tl::expected<T, Error>;

// Nothing to return, but it can fail.
using Status = Result<void>;

inline tl::unexpected<Error> fail(ErrorCode code, std::string message) {
    return tl::unexpected<Error>(Error(code, std::move(message)));
}

inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace huizhen

#define HZ_CONCAT_INNER(a, b) a##b
#define HZ_CONCAT(a, b) HZ_CONCAT_INNER(a, b)

// HZ_TRY(expression): returns its error from the enclosing function, if it has one.
#define HZ_TRY(expression)                                                    \
    do {                                                                      \
        auto&& hz_status = (expression);                                      \
        if (!hz_status) return ::huizhen::fail(std::move(hz_status).error()); \
    } while (false)

// HZ_ASSIGN(auto volume, read_volume(path)): declares the value, or returns the error.
#define HZ_ASSIGN(declaration, expression) \
    HZ_ASSIGN_INNER(HZ_CONCAT(hz_result_, __LINE__), declaration, expression)
#define HZ_ASSIGN_INNER(result, declaration, expression)            \
    auto result = (expression);                                     \
    if (!result) return ::huizhen::fail(std::move(result).error()); \
    declaration = std::move(*result)
