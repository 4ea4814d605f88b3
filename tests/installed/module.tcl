# Loads the module file `argv[0]` with stand-ins for the commands of environment-modules, and checks what it sets for the prefix
# `argv[1]`.
lassign $argv ModulesCurrentModulefile prefix

proc module-whatis { text } { set ::said $text }
proc conflict { name } { set ::conflicts $name }
proc setenv { name value } { set ::set($name) $value }
proc prepend-path { name value } { set ::set($name) $value }

set first [gets [open $ModulesCurrentModulefile]]
if {![string match "#%Module*" $first]} { error "the first line is '$first', by which nobody knows a module" }
set copy [file join [file dirname [file tempfile unused]] a-copy-[pid]]
file copy -force $ModulesCurrentModulefile $copy
set original $ModulesCurrentModulefile
set ModulesCurrentModulefile $copy
if {![catch { source $copy } words] || ![string match "*this file has to stay in share/heffte/modulefiles*" $words]} {
    error "a copy elsewhere loads, or says '$words'"
}
file delete $copy $unused
set ModulesCurrentModulefile $original
source $ModulesCurrentModulefile
ModulesHelp

proc expect { name value } {
    if {$::set($name) ne $value} { error "$name is '$::set($name)', not '$value'" }
    if {![file exists $value]} { error "$name names '$value', which does not exist" }
}
expect Heffte_ROOT $prefix
expect CMAKE_PREFIX_PATH $prefix
expect PATH $prefix/bin
expect LD_LIBRARY_PATH $prefix/lib
expect LIBRARY_PATH $prefix/lib
expect CPATH $prefix/include
expect PKG_CONFIG_PATH $prefix/lib/pkgconfig
expect PYTHONPATH $prefix/share/heffte/python
if {$said eq "" || $conflicts ne "heffte"} { error "the module is not described" }
