# SPDX-License-Identifier: Apache-2.0
# Programs that tests/bus/run drives; they need Apache Kafka, so ctest does not run them.
add_executable(bus_driver bus/driver.c)
target_link_libraries(bus_driver PRIVATE entente_flags entente_bus)

add_executable(bus_errors bus/errors.c)
target_link_libraries(bus_errors PRIVATE entente_flags entente_bus PkgConfig::rdkafka)
add_test(NAME bus/errors COMMAND bus_errors)
