# Language level, warnings and hardening shared by every target.

option(HUIZHEN_TESTS "Build the tests" ON)
option(HUIZHEN_BENCH "Build the benchmarks" OFF)
option(HUIZHEN_FUZZ "Build the libFuzzer targets (clang only)" OFF)
option(HUIZHEN_WERROR "Treat warnings as errors" ON)
set(HUIZHEN_SANITIZE "" CACHE STRING "Sanitizers, comma separated: address,undefined or thread")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_LINK_DEPENDS_NO_SHARED ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

include(CheckPIESupported)
check_pie_supported()

find_program(HUIZHEN_CCACHE ccache)
if(HUIZHEN_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      "${HUIZHEN_CCACHE}")
endif()

# Flags go on this interface target, not on CMAKE_CXX_FLAGS, so that found packages keep their own.
add_library(huizhen_flags INTERFACE)
target_compile_options(huizhen_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wcast-qual -Wformat=2 -Wundef
  -fstack-protector-strong -fcf-protection=full -fno-math-errno -fno-trapping-math)
if(HUIZHEN_WERROR)
  target_compile_options(huizhen_flags INTERFACE -Werror)
endif()
if(HUIZHEN_CCACHE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(huizhen_flags INTERFACE -fpch-preprocess)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports false positives of these in standard headers at -O2.
  target_compile_options(huizhen_flags INTERFACE -Wno-array-bounds -Wno-stringop-overflow -Wno-restrict
    -Wno-maybe-uninitialized)
endif()
if(CMAKE_BUILD_TYPE MATCHES "Release|RelWithDebInfo|MinSizeRel" AND NOT HUIZHEN_SANITIZE)
  target_compile_options(huizhen_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
target_link_options(huizhen_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed)

if(HUIZHEN_SANITIZE)
  target_compile_options(huizhen_flags INTERFACE -fsanitize=${HUIZHEN_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  target_link_options(huizhen_flags INTERFACE -fsanitize=${HUIZHEN_SANITIZE})
endif()
if(HUIZHEN_FUZZ)
  target_compile_options(huizhen_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()
