# huizhen_add_library, huizhen_add_executable, huizhen_add_test; and the check of the link edges.

include(HuizhenEdges)

# huizhen_add_library(NAME SOURCES a.cpp ... [DEPENDS base ...] [FOREIGN pkg::public ...] [PRIVATE_FOREIGN pkg ...])
# One static library `huizhen_NAME` per subfolder, its public headers under include/huizhen/NAME/.
# DEPENDS names huizhen targets without prefix, FOREIGN packages whose headers the public headers include.
function(huizhen_add_library NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;FOREIGN;PRIVATE_FOREIGN" ${ARGN})
  add_library(huizhen_${NAME} STATIC ${ARG_SOURCES})
  target_include_directories(huizhen_${NAME}
    PUBLIC "${CMAKE_CURRENT_SOURCE_DIR}/include" PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}")
  list(TRANSFORM ARG_DEPENDS PREPEND huizhen_)
  target_link_libraries(huizhen_${NAME}
    PUBLIC ${ARG_DEPENDS} ${ARG_FOREIGN} PRIVATE huizhen_flags ${ARG_PRIVATE_FOREIGN})
  _huizhen_precompile(huizhen_${NAME})
  set_property(GLOBAL APPEND PROPERTY HUIZHEN_TARGETS ${NAME})
endfunction()

# huizhen_add_executable(NAME OUTPUT huizhen-node SOURCES main.cpp DEPENDS node ...)
function(huizhen_add_executable NAME)
  cmake_parse_arguments(ARG "" "OUTPUT" "SOURCES;DEPENDS;PRIVATE_FOREIGN" ${ARGN})
  add_executable(huizhen_${NAME} ${ARG_SOURCES})
  list(TRANSFORM ARG_DEPENDS PREPEND huizhen_)
  target_link_libraries(huizhen_${NAME} PRIVATE huizhen_flags ${ARG_DEPENDS} ${ARG_PRIVATE_FOREIGN})
  set_target_properties(huizhen_${NAME} PROPERTIES OUTPUT_NAME ${ARG_OUTPUT}
    RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
endfunction()

# huizhen_add_test(NAME SOURCES x_test.cpp ... LINKS lung ... [FOREIGN pkg ...] [LABELS slow ...])
# One test program per folder; each TEST becomes one ctest entry.
function(huizhen_add_test NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;FOREIGN;LABELS" ${ARGN})
  add_executable(test_${NAME} ${ARG_SOURCES})
  list(TRANSFORM ARG_LINKS PREPEND huizhen_)
  target_link_libraries(test_${NAME} PRIVATE huizhen_flags huizhen_test_support ${ARG_LINKS} ${ARG_FOREIGN}
    GTest::gtest GTest::gmock GTest::gtest_main)
  set_target_properties(test_${NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
  target_precompile_headers(test_${NAME} REUSE_FROM huizhen_test_support)
  include(GoogleTest)
  gtest_discover_tests(test_${NAME} TEST_PREFIX "${NAME}." DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT 600 LABELS "${ARG_LABELS}")
endfunction()

function(_huizhen_precompile TARGET)
  target_precompile_headers(${TARGET} PRIVATE
    <algorithm> <array> <cmath> <cstdint> <filesystem> <functional> <memory> <optional> <span> <string>
    <string_view> <tuple> <unordered_map> <utility> <vector>)
endfunction()

# Compares what each target really links with HUIZHEN_EDGES, at the end of the configure step.
function(huizhen_check_edges)
  get_property(targets GLOBAL PROPERTY HUIZHEN_TARGETS)
  foreach(name IN LISTS targets)
    set(allowed "")
    set(listed FALSE)
    foreach(edge IN LISTS HUIZHEN_EDGES)
      if(edge MATCHES "^${name}:(.*)$")
        separate_arguments(allowed UNIX_COMMAND "${CMAKE_MATCH_1}")
        set(listed TRUE)
      endif()
    endforeach()
    if(NOT listed)
      message(FATAL_ERROR "huizhen_${name} is not in packaging/cmake/HuizhenEdges.cmake: add its line there")
    endif()
    get_target_property(private_links huizhen_${name} LINK_LIBRARIES)
    get_target_property(public_links huizhen_${name} INTERFACE_LINK_LIBRARIES)
    foreach(link IN LISTS private_links public_links)
      if(link MATCHES "^huizhen_(.+)$" AND NOT link STREQUAL "huizhen_flags")
        if(NOT CMAKE_MATCH_1 IN_LIST allowed)
          message(FATAL_ERROR "forbidden link edge: huizhen_${name} -> ${link} "
            "(packaging/cmake/HuizhenEdges.cmake lists what huizhen_${name} may link)")
        endif()
      endif()
    endforeach()
  endforeach()
endfunction()
